"""One head moves between versions of its branch; no other head's bits do."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.branch.operating_version import publish_operating_point
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import newest_tree, publish_tree, served_tree
from graftnet_tf.registry.validation_part import ValidationPart
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.tasks import Example, Task
from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle.head_promotion import Promotion, promote, roll_back
from tests.serving.fake_versions import GENDER, publish_branch, publish_model, publish_trunk

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 50, 40, 3), dtype=np.uint8)
BY_HAND = Provenance("by hand", {})


def scores(workspace, version):
    model = tf.saved_model.load(workspace.path(*GRAFTNET_DIR, version))
    answer = model.signatures["serving_default"](images=tf.constant(IMAGES))
    return {name: values.numpy() for name, values in answer.items()}


def grow(root, balds):
    """Versions of bald, one of gender, and a served model of bald 0001 and gender."""
    workspace = Workspace(str(root))
    publish_trunk(workspace)
    publish_branch(workspace, "bald", seed=1)
    publish_branch(workspace, GENDER, graft_after=3, seed=9)
    publish_model(workspace)
    for seed in range(2, balds + 1):
        publish_branch(workspace, "bald", seed=seed)
    return workspace


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A workspace, and what was done to its head bald: 1 → 2 → 3, back, back, and on to 3."""
    workspace = grow(tmp_path_factory.mktemp("story"), balds=3)
    done = [
        promote(workspace, "bald", "0002", provenance=BY_HAND),
        promote(workspace, "bald", "0003", provenance=BY_HAND),
        roll_back(workspace, "bald", provenance=BY_HAND),
        roll_back(workspace, "bald", provenance=BY_HAND),
    ]
    trees = [served_tree(workspace)[1], newest_tree(workspace)]
    with pytest.raises(GraftNetError) as third:
        roll_back(workspace, "bald", provenance=BY_HAND)
    done.append(promote(workspace, "bald", "0003", provenance=BY_HAND))
    return workspace, done, trees, str(third.value)


def test_each_move_says_what_it_did(story):
    assert story[1] == [
        Promotion("bald", "0001", "0002", tree="0002", model_version="2"),
        Promotion("bald", "0002", "0003", tree="0003", model_version="3"),
        Promotion("bald", "0003", "0002", tree="0004", model_version="4"),
        Promotion("bald", "0002", "0001", tree="0005", model_version="5"),
        Promotion("bald", "0001", "0003", tree="0006", model_version="6"),
    ]


def test_other_heads_keep_every_bit_and_a_rollback_brings_every_bit_back(story):
    models = [scores(story[0], str(number)) for number in range(1, 7)]
    for attribute in ("male", "female"):
        for model in models[1:]:
            np.testing.assert_array_equal(model[attribute], models[0][attribute])
    balds = [model["bald"] for model in models]
    for one, same in ((1, 3), (0, 4), (2, 5)):
        np.testing.assert_array_equal(balds[one], balds[same])
    assert not np.array_equal(balds[0], balds[1])
    assert not np.array_equal(balds[1], balds[2])


def test_what_was_taken_back_is_not_composed_again_until_promoted(story):
    workspace, _, (rolled_back, newest), _ = story
    assert rolled_back.branches["bald"].withdrawn == ("0002", "0003")
    assert newest == rolled_back
    assert newest_tree(workspace).branches["bald"].version == "0003"
    assert served_tree(workspace)[1].branches["bald"].withdrawn == ("0002",)


def test_a_rollback_too_many_is_refused(story):
    assert "Branch bald/0001 is served, and no other version was before it" in story[3]
    assert "that was not taken back" in story[3]


MISTAKES = {
    "unknown version": (promote, ["bald", "0007"], r"No branches/bald/0007 .*0001, 0002"),
    "served already": (promote, ["bald", "0001"], r"bald/0001 is served already"),
    "unknown task": (promote, ["hat", "0001"], r"No branches/hat/0001"),
    "one version": (roll_back, ["gender"], r"no other version was before it\. Name one of 0001"),
    "back to nothing": (roll_back, ["bald", "0007"], r"No branches/bald/0007"),
    "back to a newer one": (roll_back, ["bald", "0002"], r"newer than 0001.*promote bald 0002"),
    "back without a head": (roll_back, ["hat"], r"hat is not served; .* has bald, gender"),
    "another trunk": (
        promote,
        ["bald", "0003"],
        r"for trunk 0002; the served model has trunk 0001",
    ),
    "damaged": (promote, ["bald", "0002"], r"damaged: saved_model/saved_model\.pb"),
}


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory):
    workspace = grow(tmp_path_factory.mktemp("mistaken"), balds=2)
    with open(workspace.path("branches/bald/0002/saved_model/saved_model.pb"), "ab") as file:
        file.write(b"x")
    publish_trunk(workspace, seed=7)
    publish_branch(workspace, "bald", seed=3)
    return workspace


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_refused_and_publish_nothing(mistaken, mistake):
    move, arguments, message = MISTAKES[mistake]
    with pytest.raises(GraftNetError, match=message):
        move(mistaken, *arguments, provenance=BY_HAND)
    assert mistaken.versions("trees") == ["0001"]


def test_nothing_served_is_said(tmp_path):
    with pytest.raises(GraftNetError, match=r"Nothing is served .*graftnet-compose"):
        promote(Workspace(str(tmp_path)), "bald", "0001", provenance=BY_HAND)


def test_an_operating_point_is_served_without_training_and_no_score_moves(tmp_path):
    workspace = Workspace(str(tmp_path))
    publish_trunk(workspace)
    kept = [Example(f"{number}.jpg", number % 2, str(number)) for number in range(4)]
    part_scores = np.float32([[0.8, 0.2], [0.7, 0.3], [0.4, 0.6], [0.1, 0.9]])
    part = ValidationPart(Task.binary("bald"), ExampleTable.of(kept), part_scores)
    publish_branch(workspace, "bald", validation=part)
    publish_branch(workspace, GENDER, graft_after=3, seed=9)
    publish_model(workspace)
    done = publish_operating_point(workspace, "bald", OperatingPoint(max_fpr=0.0))
    promote(workspace, "bald", done.version, provenance=BY_HAND)
    thresholds = [
        LocalPredictor(workspace.path(*GRAFTNET_DIR, version)).attributes["bald"]["threshold"]
        for version in "12"
    ]
    assert thresholds == [0.5, pytest.approx(0.75)]
    before, after = scores(workspace, "1"), scores(workspace, "2")
    assert before.keys() == after.keys() == {"bald", "male", "female"}
    for attribute, values in before.items():
        np.testing.assert_array_equal(after[attribute], values)
    roll_back(workspace, "bald", provenance=BY_HAND)
    assert served_tree(workspace)[1].branches["bald"].thresholds == {"bald": 0.5}


def test_promotions_at_once_of_two_heads_both_last(tmp_path):
    workspace = grow(tmp_path, balds=2)
    publish_branch(workspace, GENDER, seed=10)
    publish_branch(workspace, "suit")
    with ThreadPoolExecutor(3) as pool:
        moves = [("bald", "0002"), ("gender", "0002"), ("suit", "0001")]
        list(pool.map(lambda move: promote(workspace, *move, provenance=BY_HAND), moves))
    versions = {task: head.version for task, head in served_tree(workspace)[1].branches.items()}
    assert versions == dict(moves)


def test_an_older_version_promoted_by_name_is_not_overtaken(tmp_path):
    workspace = grow(tmp_path, balds=3)
    promote(workspace, "bald", "0003", provenance=BY_HAND)
    promote(workspace, "bald", "0001", provenance=BY_HAND)
    assert newest_tree(workspace).branches["bald"].version == "0001"
    publish_branch(workspace, "bald", seed=4)
    assert newest_tree(workspace).branches["bald"].version == "0004"
    tree = newest_tree(workspace, branches={"gender": None})
    assert list(tree.branches) == ["gender"]
    assert publish_tree(workspace, tree) == "0004"
