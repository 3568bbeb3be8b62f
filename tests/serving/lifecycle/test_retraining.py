"""What is trained, and what is not trained again."""

import dataclasses
import os
import shutil

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.forgetting.forget import forget
from graftnet_tf.io import atomic_files
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import newest_tree, publish_tree, read_tree
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.tasks import Task, write_task
from serving.lifecycle import candidates
from serving.lifecycle.candidates import tree_of, waiting_candidates
from serving.lifecycle.staleness import staleness
from tests.killed_runs import Killed
from tests.serving.fake_versions import publish_model
from tests.serving.lifecycle.coloured_versions import (
    BRANCH,
    TRUNK,
    draw_tasks,
    grow,
    publish_branch,
    publish_trunk,
)

EVERYTHING = [
    ("trunk", ["blue", "green", "red"], 150),
    ("branch", "blue", "0002"),
    ("branch", "green", "0002"),
    ("branch", "red", "0002"),
]


@pytest.fixture(autouse=True)
def quick_compose(monkeypatch):
    """Publishes a manifest without a model."""

    def compose(workspace, tree, *, into, provenance):
        def write(path, _):
            os.makedirs(path)
            return {"tree": tree}

        build_info = BuildInfo({}, seed=0, started=0.0, provenance=provenance)
        parent = workspace.path(*into)
        return manifest.publish(
            parent, write, kind="composed model", build_info=build_info, name=str
        )

    monkeypatch.setattr(candidates, "compose", compose)


def versions(workspace, candidate):
    tree = read_tree(workspace, tree_of(workspace, candidate))
    return tree.trunk, {task: branch.version for task, branch in tree.branches.items()}


def test_fresh_things_are_left_alone(renew, served, trainer):
    assert renew() is None
    assert trainer.trained == []
    assert served.versions("trees") == ["0001"]


def test_only_the_branch_whose_data_changed_is_trained(renew, served, trainer):
    draw_tasks(served, "red", seed=1)
    candidate = renew()
    assert trainer.trained == [("branch", "red", "0001")]
    assert versions(served, candidate) == ("0001", {"green": "0001", "red": "0002"})
    assert manifest.read(served.path("branches", "red", "0002"))["candidate"]
    assert newest_tree(served).branches["red"].version == "0001"


def test_only_the_branch_of_a_task_that_grew_is_trained(renew, served, trainer):
    grow(served, "red")
    candidate = renew()
    assert trainer.trained == [("branch", "red", "0001")]
    assert versions(served, candidate) == ("0001", {"green": "0001", "red": "0002"})


def test_an_old_trunk_learns_what_is_new_and_is_kept_where_nothing_is(renew, served, trainer):
    assert renew(max_trunk_age=0) is None
    assert trainer.trained == []
    grow(served, "red")
    candidate = renew(max_trunk_age=0)
    assert trainer.trained[0] == ("trunk", ["green", "red"], 100)
    assert versions(served, candidate) == ("0002", {"green": "0002", "red": "0002"})
    assert renew(max_trunk_age=0) == candidate  # trained already
    assert len(trainer.trained) == 3


def test_what_learnt_from_a_forgotten_image_is_trained_without_it(renew, served, trainer):
    sha256 = atomic_files.sha256(served.path("images", "red-train-1.png"))
    forget(served, sha256)
    candidate = renew()
    assert trainer.trained[0] == ("trunk", ["green", "red"], 100)
    assert versions(served, candidate) == ("0002", {"green": "0002", "red": "0002"})
    publish_model(served, tree=read_tree(served, tree_of(served, candidate)))
    found = staleness(served)
    assert (found.trunk.version, found.trunk.due) == ("0002", False)
    assert [(state.stale, state.forgotten) for state in found.tasks] == [(False, None)] * 2
    assert renew() is None


def test_a_trunk_whose_first_weights_learnt_from_it_is_not_begun_so_again(renew, served, trainer):
    start = served.path("trunks", "0001", "weights.npz")
    publish_trunk(served, dataclasses.replace(TRUNK, initial_weights=start), tasks=["green"])
    for task in ("red", "green"):
        publish_branch(served, task)
    publish_model(served, trunk="0002")
    draw_tasks(served, "blue")
    forget(served, atomic_files.sha256(served.path("images", "red-train-1.png")))
    with pytest.raises(GraftNetError, match=r"began with trunk 0001, which learnt from 1 image"):
        renew(new_labels=1)
    assert trainer.trained == []


def test_a_task_without_a_branch_gets_one_in_the_usual_shape(renew, served, trainer):
    odd = dataclasses.replace(BRANCH, steps=7, seed=9)
    publish_branch(served, "red", odd)  # newer, but not what is served
    draw_tasks(served, "blue")
    assert versions(served, renew())[1] == {"blue": "0001", "green": "0001", "red": "0002"}
    assert trainer.configs == {"blue": BRANCH}


def test_on_a_trunk_of_another_backbone_branches_have_its_usual_shape(renew, served, trainer):
    other = dataclasses.replace(TRUNK, backbone="efficientnet_lite0", last_block=None)
    trunk = publish_trunk(served, other, tasks=["green", "red"])
    renew(trunk=trunk)
    usual = dataclasses.replace(BRANCH, graft_after=None, last_block=None)
    assert trainer.configs == {"green": usual, "red": usual}


POINT = {"red": OperatingPoint(max_fpr=0.01)}


def test_a_served_operating_point_is_kept_and_no_new_task_gets_it(renew, served, trainer):
    publish_branch(served, "red", dataclasses.replace(BRANCH, operating_points=POINT))
    shutil.rmtree(served.path("tasks", "green"))
    publish_model(served)
    draw_tasks(served, "red", seed=1)
    draw_tasks(served, "blue")
    candidate = renew()
    assert trainer.configs["red"].operating_points == POINT
    assert trainer.configs["blue"] == BRANCH
    assert versions(served, candidate)[1]["red"] == "0003"
    assert renew() == candidate
    assert len(trainer.trained) == 2


def test_the_operating_point_of_an_attribute_that_is_gone_is_left_out(renew, served, trainer):
    publish_branch(served, "red", dataclasses.replace(BRANCH, operating_points=POINT))
    publish_model(served)
    task = Task("red", ("negative", "positive"), {"scarlet": "positive"})
    examples = {split: list(served.examples("red", split)) for split in ("train", "test")}
    write_task(served.path("tasks", "red"), task, examples)
    candidate = renew()
    assert trainer.configs == {"red": BRANCH}
    assert renew() == candidate
    assert len(trainer.trained) == 1


def test_thresholds_that_were_tried_are_served_by_name_alone(renew, served, trainer):
    publish_branch(served, "red", dataclasses.replace(BRANCH, operating_points=POINT))
    assert renew() is None
    publish_model(served)  # by name of the tree
    publish_branch(served, "red")  # trained by hand, without it
    assert renew() is None
    assert trainer.trained == []


def test_the_candidate_computes_in_the_precision_that_is_served(renew, served):
    tree = dataclasses.replace(newest_tree(served), precision="bfloat16")
    version = publish_tree(served, tree)
    candidates.compose(served, version, into=GRAFTNET_DIR, provenance=Provenance())
    assert renew() is None
    draw_tasks(served, "red", seed=1)
    assert read_tree(served, tree_of(served, renew())).precision == "bfloat16"


def test_a_due_trunk_is_trained_on_all_tasks_and_then_all_branches(renew, served, trainer):
    draw_tasks(served, "blue")
    candidate = renew(new_labels=1)
    assert trainer.trained == EVERYTHING
    config = manifest.read(served.path("trunks", "0002"))["config"]
    assert config == {**dataclasses.asdict(TRUNK), "steps": 150}  # 50 a task, as before
    branches = {"green": "0002", "red": "0002", "blue": "0001"}
    assert versions(served, candidate) == ("0002", branches)


@pytest.mark.parametrize("done", range(len(EVERYTHING)))
def test_a_killed_renewal_goes_on_where_it_was(renew, served, trainer, done):
    draw_tasks(served, "blue")
    trainer.kill_at = done
    with pytest.raises(Killed):
        renew(new_labels=1)
    trainer.kill_at = None
    assert renew(new_labels=1) == "1"
    assert trainer.trained == EVERYTHING
    assert served.versions("trunks") == ["0001", "0002"]
    assert served.versions("branches", "red") == ["0001", "0002"]


def test_what_was_not_promoted_is_not_made_again(renew, served, trainer):
    draw_tasks(served, "red", seed=1)
    assert renew() == renew() == "1"
    assert trainer.trained == [("branch", "red", "0001")]
    assert served.versions("trees") == ["0001", "0002"]
    assert waiting_candidates(served) == ["1"]


def test_data_that_changes_again_is_trained_again(renew, served, trainer):
    draw_tasks(served, "blue")
    renew(new_labels=1)
    draw_tasks(served, "red", seed=1)
    candidate = renew(new_labels=1)
    assert [made[0] for made in trainer.trained] == ["trunk", *["branch"] * 3] * 2
    assert versions(served, candidate)[0] == "0003"


def test_a_trunk_of_ones_own_and_its_steps_can_be_named(renew, served, trainer):
    draw_tasks(served, "blue")
    renew(new_labels=1, trunk_steps=30)
    assert trainer.trained[0] == ("trunk", ["blue", "green", "red"], 30)
    trainer.trained.clear()
    assert renew(trunk="0002") == renew(trunk="newest") == "1"
    assert trainer.trained == []
    with pytest.raises(GraftNetError, match=r"No trunks/0007"):
        renew(trunk="0007")


def test_a_head_whose_data_is_gone_stays_on_its_trunk(renew, served, trainer):
    shutil.rmtree(served.path("tasks", "red"))
    assert renew() is None
    draw_tasks(served, "blue")
    with pytest.raises(GraftNetError, match=r"red: No task 'red'.*--leave_out"):
        renew(new_labels=1)
    assert trainer.trained == []
    candidate = renew(new_labels=1, left_out=frozenset({"red"}))
    assert versions(served, candidate) == ("0002", {"blue": "0001", "green": "0002"})


def test_without_any_test_image_nothing_is_trained(renew, served, trainer):
    draw_tasks(served, "red", "green", test=0)
    draw_tasks(served, "red", "green", seed=1, test=0)
    with pytest.raises(GraftNetError, match=r"has test images"):
        renew()
    assert trainer.trained == []


def test_candidates_lie_outside_of_what_is_served(renew, served):
    draw_tasks(served, "red", seed=1)
    candidate = renew()
    assert os.listdir(served.path(*candidates.CANDIDATES)) == [candidate]
    assert os.listdir(served.path("serving", "graftnet")) == ["1"]
    with pytest.raises(GraftNetError, match=r"No candidate '5'.*there are 1"):
        tree_of(served, "5")
