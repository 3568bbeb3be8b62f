import os

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(str(tmp_path / "w"), create=True)
    examples = [Example("images/a.jpg", 0, "a"), Example("images/b.jpg", 1, "b")]
    write_task(workspace.path("tasks", "hat"), Task.binary("hat"), {"train": examples})
    write_task(workspace.path("tasks", "bald"), Task.binary("bald"), {"train": examples[:1]})
    return workspace


def test_a_missing_workspace_says_how_to_make_one(tmp_path):
    with pytest.raises(GraftNetError, match=r"nowhere does not exist.*graftnet-prepare-tasks"):
        Workspace(str(tmp_path / "nowhere"))


def test_tasks_are_listed_and_an_unknown_one_is_answered_with_the_list(workspace):
    assert workspace.task_names() == ["bald", "hat"]
    assert workspace.task("hat") == Task.binary("hat")
    with pytest.raises(GraftNetError, match=r"'scarf'.*bald, hat"):
        workspace.task("scarf")


def test_a_task_with_an_empty_class_cannot_be_learnt(workspace):
    assert len(workspace.training_examples("hat")) == 2
    with pytest.raises(GraftNetError, match=r"bald has no training image of class positive"):
        workspace.training_examples("bald")


def test_relative_images_start_at_the_root(workspace):
    assert workspace.image_path("images/a.jpg") == os.path.join(workspace.root, "images/a.jpg")
    assert workspace.image_path("/data/a.jpg") == "/data/a.jpg"
    assert workspace.image_path("gs://bucket/a.jpg") == "gs://bucket/a.jpg"


def test_versions_are_listed_and_missing_ones_answered_with_the_list(workspace):
    with pytest.raises(GraftNetError, match="No trunks in"):
        workspace.newest("trunks")
    for version in ("0001", "0010", "0002", "0011.bak", "12"):
        os.makedirs(workspace.path("trunks", version))
    assert workspace.versions("trunks") == ["0001", "0002", "0010"]
    assert workspace.newest("trunks") == "0010"
    with pytest.raises(GraftNetError, match="0001, 0002, 0010"):
        workspace.version_dir("trunks", "0003")
