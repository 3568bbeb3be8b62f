"""The manifests agree with one another and with the code that reads their environment."""

import pathlib

import pytest
from ruamel.yaml import YAML

from graftnet_tf.training import distributed
from graftnet_tf.training.distributed import cluster, termination
from graftnet_tf.training.distributed.cluster import Cluster
from graftnet_tf.training.distributed.supervisor import LOST

FOLDER = pathlib.Path(distributed.__file__).parent / "kubernetes"


def load(name):
    return YAML(typ="safe").load(FOLDER / name)


@pytest.fixture(scope="module")
def job():
    return load("job.yaml")["spec"]


@pytest.fixture(scope="module")
def container(job):
    (container,) = job["template"]["spec"]["containers"]
    return container


def test_every_pod_finds_the_cluster(job, container):
    environment = {entry["name"]: entry["value"] for entry in container["env"]}
    count = job["completions"]
    clusters = [
        Cluster.from_environment(environment | {cluster.INDEX: str(index)})
        for index in range(count)
    ]
    service = load("service.yaml")
    domain = service["metadata"]["name"]
    port = service["spec"]["ports"][0]["port"]
    name = load("job.yaml")["metadata"]["name"]
    expected = tuple(f"{name}-{index}.{domain}:{port}" for index in range(count))
    assert [found.worker for found in clusters] == list(range(count))
    assert {found.addresses for found in clusters} == {expected}
    assert job["template"]["spec"]["subdomain"] == domain
    assert job["parallelism"] == count, "all train at once"
    assert job["completionMode"] == "Indexed"
    assert container["ports"] == [{"name": "workers", "containerPort": port}]


def test_names_are_known_before_pods_are_ready():
    service = load("service.yaml")["spec"]
    assert service["clusterIP"] == "None"
    assert service["publishNotReadyAddresses"]


def test_selectors_are_the_pods_labels(job):
    labels = job["template"]["metadata"]["labels"]
    policy = load("network-policy.yaml")["spec"]
    assert load("service.yaml")["spec"]["selector"] == labels
    assert policy["podSelector"]["matchLabels"] == labels
    assert policy["ingress"] == [{"from": [{"podSelector": {"matchLabels": labels}}]}]


def test_lost_workers_start_again_and_mistakes_do_not(job):
    (final,) = [rule for rule in job["podFailurePolicy"]["rules"] if rule["action"] == "FailJob"]
    assert final["onExitCodes"]["operator"] == "In"
    assert final["onExitCodes"]["values"] == [1, 2]
    assert not {LOST, termination.STATUS} & set(final["onExitCodes"]["values"])
    assert job["template"]["spec"]["restartPolicy"] == "Never", "as a podFailurePolicy demands"
