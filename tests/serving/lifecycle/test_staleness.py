import shutil

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.forgetting.forget import forget
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle.head_promotion import roll_back
from serving.lifecycle.staleness import Data, staleness
from tests.serving.fake_versions import publish_model
from tests.serving.lifecycle.coloured_versions import draw_tasks, grow, publish_branch


def state(workspace, task, **policy):
    return next(state for state in staleness(workspace, **policy).tasks if state.task == task)


def test_nothing_is_stale_right_after_composing(served):
    found = staleness(served)
    assert (found.tree_version, found.tree.trunk, found.trunk.new) == ("0001", "0001", ())
    assert [state.task for state in found.tasks] == ["green", "red"]
    for one in found.tasks:
        assert (one.data, one.stale, one.new) == (Data.UNCHANGED, False, False)
        assert (one.served.version, one.current, one.newer) == ("0001", "0001", None)
        assert (one.served.trunk, one.served.validation_auc) == ("0001", 0.75)


@pytest.mark.parametrize(("limit", "due"), [(1, True), (2, False)])
def test_the_trunk_is_due_from_so_many_tasks_that_it_has_not_seen(served, limit, due):
    draw_tasks(served, "blue")
    found = staleness(served, new_labels=limit)
    assert (found.trunk.new, found.trunk.due) == (("blue",), due)
    blue = state(served, "blue")
    assert (blue.new, blue.data, blue.stale) == (True, Data.UNUSED, True)
    publish_branch(served, "blue")  # a branch does not teach the trunk
    assert staleness(served, new_labels=limit).trunk.due == due
    assert not state(served, "blue").stale


def test_a_task_that_cannot_be_trained_is_no_new_label(served):
    draw_tasks(served, "blue")
    atomic_files.write_text(served.path("tasks", "blue", "train.csv"), "image,class,group\n")
    assert staleness(served).trunk.new == ()
    assert "no training image" in state(served, "blue").problem


@pytest.mark.parametrize(("split", "changed"), [("train", True), ("test", False)])
def test_data_changes_with_the_bytes_of_a_training_image(served, split, changed):
    path = served.path("images", f"red-{split}-1.png")
    shutil.copy(served.path("images", "green-train-0.png"), path)
    red = state(served, "red")
    assert (red.data, red.stale) == ((Data.CHANGED, True) if changed else (Data.UNCHANGED, False))
    assert state(served, "green").data is Data.UNCHANGED


def test_data_changes_with_a_label_and_back(served):
    path = served.path("tasks", "red", "train.csv")
    text = atomic_files.read_bytes(path).decode()
    atomic_files.write_text(path, text.replace("0.png,negative", "0.png,positive"))
    assert state(served, "red").data is Data.CHANGED
    atomic_files.write_text(path, text)
    assert state(served, "red").data is Data.UNCHANGED


def test_a_task_that_grew_has_changed_data_and_a_stale_branch(served):
    grow(served, "red")
    assert (state(served, "red").data, state(served, "red").stale) == (Data.CHANGED, True)
    assert (state(served, "green").data, state(served, "green").stale) == (Data.UNCHANGED, False)
    assert staleness(served).trunk.changed == ("red",)
    assert not staleness(served).trunk.due  # save for its age
    assert staleness(served, max_trunk_age=0).trunk.due


@pytest.mark.parametrize(("split", "stale"), [("train", True), ("test", False)])
def test_a_branch_that_learnt_from_a_forgotten_image_is_stale_and_told_why(served, split, stale):
    forget(served, atomic_files.sha256(served.path("images", f"red-{split}-1.png")))
    red = state(served, "red")
    assert red.stale is stale
    assert bool(red.forgotten) is stale
    assert state(served, "green").forgotten is None
    trunk = staleness(served).trunk
    assert trunk.due is stale
    assert trunk.reasons == ([f"trunk 0001 {red.forgotten}"] if stale else [])


def test_a_branch_of_which_nothing_is_known_is_not_served_on_with_what_was_forgotten(served):
    path = served.path("branches", "red", "0001", manifest.NAME)
    atomic_files.write_json(path, {**atomic_files.read_json(path), "inputs": {}})
    assert (state(served, "red").data, state(served, "red").stale) == (Data.UNKNOWN, False)
    forget(served, atomic_files.sha256(served.path("images", "red-train-1.png")))
    assert (state(served, "red").data, state(served, "red").stale) == (Data.UNKNOWN, True)


def test_data_does_not_change_when_the_workspace_moves(served, tmp_path):
    shutil.move(served.root, tmp_path / "elsewhere")
    assert state(Workspace(str(tmp_path / "elsewhere")), "red").data is Data.UNCHANGED


def test_a_branch_trained_on_changed_data_is_current_and_newer(served):
    draw_tasks(served, "red", seed=1)
    assert publish_branch(served, "red", candidate=True) == "0002"
    red = state(served, "red")
    assert (red.data, red.stale) == (Data.CHANGED, False)
    assert (red.newer.version, red.newer.candidate, red.current) == ("0002", True, "0002")
    draw_tasks(served, "red", seed=2)
    assert state(served, "red").stale


def test_a_withdrawn_branch_is_neither_newer_nor_current(served):
    draw_tasks(served, "red", seed=1)
    publish_branch(served, "red")
    publish_model(served)
    roll_back(served, "red", provenance=Provenance())
    red = state(served, "red")
    assert (red.served.version, red.withdrawn) == ("0001", ("0002",))
    assert (red.newer, red.current, red.stale) == (None, None, True)


def test_vanished_data_is_said_and_nothing_to_train(served):
    shutil.rmtree(served.path("tasks", "red"))
    red = state(served, "red")
    assert (red.data, red.stale, red.current) == (Data.GONE, False, "0001")
    assert "No task 'red'" in red.problem


def test_nothing_served_is_a_mistake(tmp_path):
    with pytest.raises(GraftNetError, match=r"Nothing is served.*graftnet-compose"):
        staleness(Workspace(str(tmp_path)))
