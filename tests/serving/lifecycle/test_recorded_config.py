"""Configurations read back from manifests, those of earlier releases among them."""

import dataclasses
import json

import pytest

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.trunk.pretraining import TrunkConfig
from serving.lifecycle.recorded_config import branch_config, operating_points, trunk_config


def recorded(config):
    return {"config": json.loads(json.dumps(dataclasses.asdict(config)))}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_what_was_recorded_is_read_back(precision):
    trunk = TrunkConfig(precision=precision, batch_statistics=False)
    branch = BranchConfig(precision=precision)
    assert trunk_config(recorded(trunk)) == trunk
    assert branch_config(recorded(branch)) == branch


def test_operating_points_are_read_back_and_earlier_releases_have_none():
    points = {"bald": OperatingPoint(max_fpr=0.01), "hat": OperatingPoint(min_precision=0.9)}
    manifest = recorded(BranchConfig(operating_points=points))
    assert branch_config(manifest) == BranchConfig(operating_points=points)
    assert operating_points(manifest) == points
    del manifest["config"]["operating_points"]
    assert branch_config(manifest) == BranchConfig()
    assert operating_points({}) == {}


def test_before_trunks_had_a_precision_they_were_trained_in_float32():
    manifest = recorded(TrunkConfig())
    del manifest["config"]["precision"]
    assert trunk_config(manifest).precision == "float32"


def test_before_it_was_recorded_trunks_used_the_statistics_of_batches():
    manifest = recorded(TrunkConfig(initial_weights="imagenet"))
    del manifest["config"]["batch_statistics"]
    assert trunk_config(manifest).settled().batch_statistics is True


def test_before_it_was_recorded_batches_were_drawn_evenly():
    manifest = recorded(BranchConfig())
    del manifest["config"]["balanced_batches"]
    assert branch_config(manifest) == BranchConfig(balanced_batches=False)


def test_a_precision_of_views_is_now_the_branch_s():
    manifest = recorded(BranchConfig())
    del manifest["config"]["precision"]
    manifest["config"]["view_precision"] = "bfloat16"
    assert branch_config(manifest) == BranchConfig(precision="bfloat16")
