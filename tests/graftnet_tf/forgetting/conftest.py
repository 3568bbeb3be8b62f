"""A workspace in which one image is in the lists of two tasks."""

import os
import shutil

import pytest

from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.workspace import Workspace
from tests.serving.lifecycle.coloured_versions import draw_tasks, serve

IMAGE = "images/red-train-1.png"  # a positive


@pytest.fixture(scope="session")
def _drawn(tmp_path_factory):
    workspace = Workspace(str(tmp_path_factory.mktemp("drawn")))
    draw_tasks(workspace, "red", "green")
    shutil.copy(workspace.path(IMAGE), workspace.path("images", "green-test-0.png"))
    return workspace


@pytest.fixture
def drawn(_drawn, tmp_path):
    """Tasks red and green: `IMAGE` is in red's train list, a copy of it in green's test list."""
    return Workspace(shutil.copytree(_drawn.root, str(tmp_path / "workspace")))


@pytest.fixture
def sha256(drawn):
    return atomic_files.sha256(drawn.path(IMAGE))


@pytest.fixture(scope="session")
def _served(_drawn, tmp_path_factory):
    root = str(tmp_path_factory.mktemp("served") / "workspace")
    workspace = Workspace(shutil.copytree(_drawn.root, root))
    serve(workspace, ["green"])
    return workspace


@pytest.fixture
def served(_served, tmp_path):
    """`drawn` with a trunk that learnt from green alone, and a branch of each, served."""
    return Workspace(shutil.copytree(_served.root, str(tmp_path / "served")))


def write(path, content=b""):
    """A file in a folder that need not exist; returns its path."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return path
