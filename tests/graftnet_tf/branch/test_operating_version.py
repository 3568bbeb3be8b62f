"""An operating point becomes a version that shares every weight with its parent."""

import dataclasses

import numpy as np
import pytest

from graftnet_tf.branch.operating_version import publish_operating_point
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.io import atomic_files
from graftnet_tf.registry.tree import newest_tree
from graftnet_tf.registry.validation_part import ValidationPart
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.string_column import StringColumn
from graftnet_tf.workspace.tasks import Example
from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle.head_promotion import promote
from serving.lifecycle.recorded_config import operating_points
from tests.serving.fake_versions import GENDER, publish_branch, publish_model, publish_trunk

SCORES = np.float32(
    [[0.1, 0.8, 0.1], [0.2, 0.6, 0.2], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7], [0.4, 0.1, 0.5]]
)
LABELS = [1, 0, 1, 2, 2]


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(str(tmp_path))
    publish_trunk(workspace)
    examples = [Example(f"{n}.jpg", label, str(n)) for n, label in enumerate(LABELS)]
    part = ValidationPart(GENDER, ExampleTable.of(examples), SCORES)
    publish_branch(workspace, GENDER, validation=part)
    publish_branch(workspace, GENDER, seed=2)
    return workspace


def read(workspace, version):
    return manifest.read(workspace.version_dir("branches", "gender", version))


def test_weights_are_the_parents_and_thresholds_are_chosen(workspace):
    wanted = OperatingPoint(max_fpr=0.0)
    done = publish_operating_point(workspace, "gender", wanted, version="0001")
    assert (done.parent, done.version) == ("0001", "0003")
    parent, child = read(workspace, "0001"), read(workspace, "0003")
    assert child["files"] == parent["files"]
    manifest.verify(workspace.version_dir("branches", "gender", "0003"))
    assert child["thresholds"] == pytest.approx({"male": 0.7, "female": 0.4})
    assert child["threshold_of"] == "0001"
    male = child["operating_points"]["male"]
    assert (male["max_fpr"], male["fpr"], male["recall"], male["shown"]) == (0, 0, 0.5, False)
    assert done.to_dict()["operating_points"]["male"] == male
    asked = {"max_fpr": 0.0, "min_precision": None, "weighting": None}
    assert child["config"]["operating_points"] == {"male": asked, "female": asked}
    inherited = {*parent} - {
        *("version", "thresholds", "inputs", "command", "published", "seconds", "sha256"),
    }
    assert {name: child[name] for name in inherited} == {name: parent[name] for name in inherited}
    path = "branches/gender/0001/manifest.json"
    assert child["inputs"][path] == atomic_files.sha256(workspace.path(path))


def test_other_attributes_keep_their_thresholds_and_points(workspace):
    wanted = OperatingPoint(max_fpr=0.0)
    publish_operating_point(workspace, "gender", wanted, version="0001", attributes=["male"])
    first = read(workspace, "0003")
    assert first["thresholds"] == pytest.approx({"male": 0.7, "female": 0.5})
    wanted = OperatingPoint(min_precision=0.5)
    publish_operating_point(workspace, "gender", wanted, version="0003", attributes=["female"])
    second = read(workspace, "0004")
    assert second["threshold_of"] == "0003"
    assert second["operating_points"]["male"] == first["operating_points"]["male"]
    assert second["thresholds"]["male"] == first["thresholds"]["male"]
    assert second["operating_points"]["female"]["min_precision"] == 0.5
    assert second["config"]["operating_points"] == {
        "male": {"max_fpr": 0.0, "min_precision": None, "weighting": None},
        "female": {"max_fpr": None, "min_precision": 0.5, "weighting": None},
    }


def test_the_served_version_is_the_parent_by_default(workspace):
    with pytest.raises(GraftNetError, match="gender/0002 keeps no validation part"):
        publish_operating_point(workspace, "gender", OperatingPoint(max_fpr=0.1))
    atomic_files.remove(workspace.path("branches", "gender", "0002"))
    publish_model(workspace)
    publish_branch(workspace, GENDER, seed=3)
    done = publish_operating_point(workspace, "gender", OperatingPoint(max_fpr=0.1))
    assert done.parent == "0001"


def test_what_cannot_be_is_refused_and_publishes_nothing(workspace):
    point = OperatingPoint(max_fpr=0.1)
    with pytest.raises(GraftNetError, match=r"no attribute bald; it reports male, female"):
        publish_operating_point(workspace, "gender", point, version="0001", attributes=["bald"])
    with pytest.raises(GraftNetError, match="No branches/hat"):
        publish_operating_point(workspace, "hat", point)
    with open(workspace.path("branches/gender/0001/validation.csv"), "a") as file:
        file.write("x.jpg,male,x,,0,0,1\n")
    with pytest.raises(GraftNetError, match=r"damaged: validation\.csv"):
        publish_operating_point(workspace, "gender", point, version="0001")
    assert workspace.versions("branches", "gender") == ["0001", "0002"]


def test_what_was_tried_waits_to_be_promoted_once_its_task_is_served(workspace):
    wanted = OperatingPoint(max_fpr=0.0)
    publish_operating_point(workspace, "gender", wanted, version="0001")
    assert newest_tree(workspace).branches["gender"].version == "0003", "nothing is served yet"
    publish_model(workspace)
    publish_operating_point(workspace, "gender", wanted, version="0003")
    assert newest_tree(workspace).branches["gender"].version == "0003"
    promote(workspace, "gender", "0004")
    assert newest_tree(workspace).branches["gender"].version == "0004"


def publish_part(workspace, cells):
    """Version 0003, whose validation part has these probabilities."""
    examples = [Example(f"{n}.jpg", label, str(n)) for n, label in enumerate(LABELS)]
    part = ValidationPart(GENDER, ExampleTable.of(examples), SCORES, StringColumn.of(cells))
    publish_branch(workspace, GENDER, validation=part)


def test_weighting_is_by_the_parts_probabilities_and_is_kept_for_the_next_training(workspace):
    publish_part(workspace, ["1", ".1", "1", "1", "1"])
    wanted = OperatingPoint(max_fpr=0.4)  # of three negatives of male one, or 10 of 12
    done = publish_operating_point(workspace, "gender", wanted, attributes=["male"])
    assert done.points["male"].row.threshold == pytest.approx(0.7)
    assert done.points["male"].effective_size == pytest.approx(14**2 / 104)
    assert (done.points["male"].weighting, done.without_probability) == ("probability", 0)
    plain = dataclasses.replace(wanted, weighting="none")
    done = publish_operating_point(workspace, "gender", plain, version="0003", attributes=["male"])
    assert done.points["male"].row.threshold == pytest.approx(0.3)
    assert operating_points(read(workspace, done.version)) == {"male": plain}


def test_a_half_filled_part_is_counted_and_not_weighted(workspace):
    publish_part(workspace, ["1", ".1", "", "1", ""])
    wanted = OperatingPoint(max_fpr=0.4)
    done = publish_operating_point(workspace, "gender", wanted, attributes=["male"])
    assert done.points["male"].row.threshold == pytest.approx(0.3)
    assert (done.points["male"].weighting, done.to_dict()["without_probability"]) == ("none", 2)
    with pytest.raises(GraftNetError, match=r"3 of 5 have one"):
        publish_operating_point(
            workspace, "gender", dataclasses.replace(wanted, weighting="probability")
        )
