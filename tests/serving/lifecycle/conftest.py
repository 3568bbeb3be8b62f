import shutil

import pytest

from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle import retraining
from serving.lifecycle.retraining import Retraining
from serving.lifecycle.staleness import staleness
from tests.killed_runs import Killed
from tests.serving.lifecycle.coloured_versions import (
    draw_tasks,
    publish_branch,
    publish_trunk,
    serve,
)


@pytest.fixture(scope="session")
def _served(tmp_path_factory):
    workspace = Workspace(str(tmp_path_factory.mktemp("served")))
    draw_tasks(workspace, "red", "green")
    serve(workspace, ["green", "red"])
    return workspace


@pytest.fixture
def served(_served, tmp_path):
    """Trunk 0001 of tasks green and red and a branch of each, served as version 1."""
    shutil.copytree(_served.root, tmp_path / "workspace")
    return Workspace(str(tmp_path / "workspace"))


class Trainer:
    """Stands in for training: publishes at once, and notes what.

    Attributes:
      trained: ("trunk", its tasks, its steps) and ("branch", task, version of its trunk).
      configs: the configuration of each task's branch trained last.
      noise: of the branches of some tasks.
      missed: why the operating points of some tasks are not reached.
      kill_at: number of trainings after which the next is killed.
    """

    def __init__(self):
        self.trained = []
        self.configs = {}
        self.noise = {}
        self.missed = {}
        self.kill_at = None

    def train_trunk(self, workspace, config, *, tasks, provenance):
        self._note("trunk", list(tasks), config.steps)
        return publish_trunk(workspace, config, tasks=list(tasks))

    def train_branches(self, workspace, configs, *, trunk_version, candidate, **_):
        for task, config in configs.items():
            self._note("branch", task, trunk_version)
            self.configs[task] = config
            version = publish_branch(
                workspace,
                task,
                config,
                trunk_version=trunk_version,
                candidate=candidate,
                noise=self.noise.get(task, 0),
                missed=self.missed.get(task),
            )
            yield task, version

    def _note(self, *what):
        if len(self.trained) == self.kill_at:
            raise Killed
        self.trained.append(what)


@pytest.fixture
def trainer(monkeypatch):
    trainer = Trainer()
    monkeypatch.setattr(retraining, "train_trunk", trainer.train_trunk)
    monkeypatch.setattr(retraining, "train_branches", trainer.train_branches)
    return trainer


@pytest.fixture
def renew(served, trainer):
    """Renews `served`, with fields of `Retraining`; returns the candidate."""

    def renewed(*, new_labels=5, max_trunk_age=None, **fields):
        found = staleness(served, new_labels=new_labels, max_trunk_age=max_trunk_age)
        return Retraining(served, found, **fields).candidate()

    return renewed
