"""train_trunk in two processes: what they refuse, and what kills do not change."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.training.distributed.cluster import Cluster
from graftnet_tf.training.distributed.supervisor import free_addresses
from graftnet_tf.trunk.pretraining import PROGRESS
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.tasks import write_task
from graftnet_tf.workspace.workspace import Workspace
from tests.trained_workspace import draw_workspace

ROOT = os.path.join(os.path.dirname(__file__), "../../..")
FLAGS = (
    *("--height=80", "--width=75", "--last_block=0", "--steps=10", "--batch_size=4", "--seed=3"),
    *("--checkpoint_every=2", "--optimizer=sgd", "--learning_rate=1e-3", "--probe_heads"),
)


def start(workspace, *arguments, **environment):
    command = [sys.executable, "-m", "pipelines.train_trunk", f"--workspace={workspace.root}"]
    return subprocess.Popen(
        [*command, *FLAGS, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process):
    """(exit status, stdout, last line of stderr)."""
    stdout, stderr = process.communicate()
    return process.returncode, stdout, stderr.strip().rpartition("\n")[2]


@pytest.fixture
def workspace(tmp_path):
    return draw_workspace(str(tmp_path / "workspace"))


def test_what_cannot_be_trained_is_refused_by_all_in_one_line(workspace, tmp_path):
    other = Workspace(shutil.copytree(workspace.root, str(tmp_path / "other")))
    bags = other.examples("bag", "train")
    write_task(other.path("tasks", "bag"), other.task("bag"), {"train": bags[:-1]})
    addresses, alone = free_addresses(2), free_addresses(2)

    def worker(place, number, addresses, *arguments):
        config = Cluster(addresses, number).to_tf_config()
        return start(place, "--strategy=multiworker", *arguments, TF_CONFIG=config)

    runs = [
        *(worker(place, number, addresses) for number, place in enumerate((workspace, other))),
        worker(workspace, 1, alone, "--worker_wait=0.5"),
        start(workspace, "--strategy=multiworker", TF_CONFIG="{"),
    ]
    outcomes = [ended(process) for process in runs]
    assert [status for status, _, _ in outcomes] == [1] * 4
    first, second, missing, malformed = (error for _, _, error in outcomes)
    assert f"Worker 1 ({addresses[1]}) has other data/bag than worker 0" in first
    assert second == first
    assert f"Worker 0 ({alone[0]}) did not come within 0.5 s" in missing
    assert "TF_CONFIG is not JSON" in malformed
    assert workspace.versions("trunks") == other.versions("trunks") == []
    assert not tf.io.gfile.exists(workspace.path("runs"))


def checkpoints(workspace):
    return sorted(tf.io.gfile.glob(workspace.path(PROGRESS)))


def children(process):
    with (
        contextlib.suppress(FileNotFoundError),
        open(f"/proc/{process.pid}/task/{process.pid}/children") as file,
    ):
        return [int(child) for child in file.read().split()]
    return []


def wait_for_progress(process, workspace):
    before = checkpoints(workspace)
    while process.poll() is None and checkpoints(workspace) == before:
        time.sleep(0.02)


def weights(workspace):
    blocks = Trunk.open(workspace, "0001").blocks(0, 0)
    return blocks.get_weights(0)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Weights of a run that nothing happened to."""
    workspace = draw_workspace(str(tmp_path_factory.mktemp("undisturbed") / "workspace"))
    assert ended(start(workspace, "--workers=2"))[:2] == (0, "trunk 0001\n")
    return weights(workspace)


def assert_ends_as(undisturbed, workspace, process):
    assert ended(process)[:2] == (0, "trunk 0001\n")
    assert workspace.versions("trunks") == ["0001"]
    for found, expected in zip(weights(workspace), undisturbed, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1])
def test_a_worker_killed_at_a_random_step_changes_nothing(workspace, undisturbed, victim):
    wait = random.Random(victim)
    process = start(workspace, "--workers=2")
    kills = 0
    for _ in range(2):
        wait_for_progress(process, workspace)
        time.sleep(wait.uniform(0, 0.5))
        if len(workers := children(process)) == 2:
            os.kill(workers[victim], signal.SIGKILL)
            kills += 1
    assert kills
    assert_ends_as(undisturbed, workspace, process)


@pytest.mark.slow
def test_sigterm_makes_a_checkpoint_that_the_same_command_goes_on_from(workspace, undisturbed):
    seldom = ("--workers=2", "--checkpoint_every=1000")
    process = start(workspace, *seldom)
    wait_for_progress(process, workspace)  # where the run starts from
    process.send_signal(signal.SIGTERM)
    status, stdout, _ = ended(process)
    assert (status, stdout) == (143, "")
    assert workspace.versions("trunks") == []
    assert len(checkpoints(workspace)) == 2
    assert_ends_as(undisturbed, workspace, start(workspace, *seldom))
