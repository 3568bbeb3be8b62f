"""The files for tensorflow_model_server. None of them was tried with the server itself."""

import inspect
import itertools
import pathlib
import re

import pytest
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

import serving
from serving.client.synchronous import Client
from serving.model_server.models.model_config import models_of
from serving.rollout.plan import canary, check_step
from serving.rollout.versions import find_model, versions_of
from tests.serving.tf_serving_messages import (
    FLAGS,
    BatchingParameters,
    MonitoringConfig,
    SSLConfig,
)

FOLDER = pathlib.Path(serving.__file__).parent / "tf_serving"
COMPOSE = (FOLDER / "docker-compose.yml").read_text()
DEPLOYMENT = (FOLDER / "kubernetes" / "deployment.yaml").read_text()


def parse(name, message):
    return text_format.Parse((FOLDER / name).read_text(), message)


def test_models_are_named_by_version_and_ready_for_a_canary():
    config = parse("models.config", ModelServerConfig())
    model = find_model(config, "graftnet")
    assert (model.base_path, model.model_platform) == ("/models/graftnet", "tensorflow")
    now = versions_of(model)
    assert now.labels == {"stable": 1, "canary": 1}
    check_step(now, now)
    assert canary(now, 2)[-1].served == {1, 2}
    assert models_of(config)[0].name == "graftnet", "graftnet-serve reads it too"


def test_batches_are_of_sizes_that_the_server_accepts():
    """What WrapSessionForBatching in bundle_factory_util.cc demands, and what clients send."""
    batching = parse("batching.config", BatchingParameters())
    sizes = list(batching.allowed_batch_sizes)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == batching.max_batch_size.value
    assert sizes[0] == 1, "a single image is not padded"
    assert inspect.signature(Client.predict).parameters["batch"].default in sizes
    assert all(2 * small >= large for small, large in itertools.pairwise(sizes))
    assert not batching.pad_variable_length_inputs
    assert not batching.enable_large_batch_splitting.value
    assert batching.num_batch_threads.value >= 1


def test_metrics_are_where_kubernetes_scrapes_them():
    monitoring = parse("monitoring.config", MonitoringConfig()).prometheus_config
    assert monitoring.enable
    assert f"prometheus.io/path: {monitoring.path}\n" in DEPLOYMENT


def test_the_example_of_tls_is_complete():
    ssl = parse("ssl.config.example", SSLConfig())
    for pem in (ssl.server_key, ssl.server_cert, ssl.custom_ca):
        assert pem.startswith("-----BEGIN ")
        assert pem.endswith("-----\n")
    assert ssl.client_verify


@pytest.mark.parametrize("text", [COMPOSE, DEPLOYMENT])
def test_flags_are_the_servers_own_and_their_files_exist(text):
    given = dict(re.findall(r"^\s+- --(\w+)=(\S+)$", text, re.MULTILINE))
    assert len(given) >= 8
    assert set(given) <= FLAGS
    for path in (value for flag, value in given.items() if flag.endswith("_file")):
        assert (FOLDER / path.rpartition("/")[2]).exists()
    assert given["enable_batching"] == "true"
    assert given["allow_version_labels_for_unavailable_models"] == "true", (
        "a server that starts anew meets labels before versions"
    )


def test_both_images_have_the_version_that_models_are_made_for():
    images = set(re.findall(r"image: (\S+)", COMPOSE + DEPLOYMENT))
    assert images == {"tensorflow/serving:2.15.1", "tensorflow/serving:2.15.1-gpu"}


def test_the_kustomization_lists_what_there_is():
    text = (FOLDER / "kustomization.yaml").read_text()
    for path in re.findall(r"^\s+- (\S+\.(?:yaml|config))$", text, re.MULTILINE):
        assert (FOLDER / path).exists()
    listed = {path.name for path in (FOLDER / "kubernetes").iterdir()} - {"queue-time-metric.yaml"}
    assert all(f"kubernetes/{name}" in text for name in listed)
