"""The client in an environment that has nothing but what it needs."""

import json
import pathlib
import shutil
import subprocess
import sys

import pytest

from tests.serving.client.scripted_server import images_of, scores_reply, serving
from tests.serving.environment import Environment

ROOT = pathlib.Path(__file__).parents[3]
SCRIPT = str(pathlib.Path(__file__).with_name("without_tensorflow.py"))
SCORES = {"bald": 0.75, "male": 0.25, "female": 0.125}


@pytest.fixture(scope="module")
def address():
    with serving(lambda request, _: scores_reply(len(images_of(request)))) as address:
        yield address


def assert_answered(printed):
    answer = json.loads(printed)
    assert answer["loaded"] == []
    assert answer["scores"] == [SCORES, SCORES]
    assert answer["attributes"] == list(SCORES)
    none, missing, remote = answer["errors"]
    assert none is None
    assert missing == "cannot be read: No such file or directory"
    assert "install graftnet-tf[all]" in remote
    assert answer["refusal"] == (
        "Cannot read the PEM file no-such-file.pem: No such file or directory."
    )


def test_it_runs_where_nothing_heavy_can_be_imported(address):
    command = [sys.executable, SCRIPT, address, "--block"]
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert ended.returncode == 0, ended.stderr
    assert_answered(ended.stdout)


@pytest.mark.slow
def test_it_is_installed_without_the_rest(address, tmp_path):
    source = tmp_path / "source"
    kept = ("graftnet_tf", "yolact_tf", "serving", "pipelines")
    for package in kept:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("weights"))
    for file in ("setup.cfg", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, source)
    environment = Environment(tmp_path / "environment", str(source))
    assert "tensorflow" not in environment.run("pip", "list").lower()
    assert_answered(environment.run("python", SCRIPT, address))
    ended = environment.ended("graftnet-predict", "--images=a.jpg")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert "pip install 'graftnet-tf[all]'" in ended.stderr
