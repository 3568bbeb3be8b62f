import json

import pytest

from serving.model_server.models.model_config import models_of
from serving.model_server.server import ModelServer
from serving.rollout import config_file
from tests.pipelines.forked_runs import run_all
from tests.serving.model_server.number_models import config, publish


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rollout")
    for version in (1, 2):
        publish(str(folder), version)
    path = str(folder / "models.config")
    one = {"model_version_policy": {"specific": {"versions": [1]}}}
    config_file.write(path, config(graftnet=(str(folder), one)))
    with ModelServer(models_of(config_file.read(path)), poll_seconds=0) as server:
        given = [f"--server={server.address}", f"--model_config_file={path}"]
        canary = "--action=canary"
        return run_all(
            "promote_serving",
            [
                [*given, "--action=pin", "--json"],
                [*given, canary, "--model_version=2"],
                [*given, "--action=promote", "--every_address"],
                [*given, canary, "--model_version=9"],
                [*given, canary],
                [*given, "--action=rollback", "--model_version=1"],
                ["--action=pin"],
                given,
            ],
        )


def test_each_action_says_what_is_served(runs):
    pin, canary, promote, *_ = runs
    assert [run.status for run in (pin, canary, promote)] == [0, 0, 0], promote.stderr
    labels = {"stable": 1, "canary": 1}
    assert json.loads(pin.stdout.splitlines()[-1]) == {"served": [1], "labels": labels}
    assert canary.stdout.splitlines() == [
        "graftnet version 1: stable",
        "graftnet version 2: canary",
    ]
    assert promote.stdout.splitlines() == [
        "graftnet version 1: previous",
        "graftnet version 2: canary, stable",
    ]


def test_a_version_that_is_not_there_is_one_line(runs):
    assert runs[3].status == 1
    assert "No version 9" in runs[3].error


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (4, "--model_version goes with --action=canary"),
        (5, "--model_version goes with --action=canary"),
        (6, "--model_config_file is missing"),
        (7, "--action is missing"),
    ],
)
def test_wrong_arguments(runs, number, message):
    assert runs[number].status == 2
    assert message in runs[number].error
