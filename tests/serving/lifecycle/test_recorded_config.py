"""Configurations read back from manifests, those of earlier releases among them."""

import dataclasses
import json

import pytest

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.trunk.pretraining import TrunkConfig
from serving.lifecycle.recorded_config import branch_config, trunk_config


def recorded(config):
    return {"config": json.loads(json.dumps(dataclasses.asdict(config)))}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_what_was_recorded_is_read_back(precision):
    trunk, branch = TrunkConfig(precision=precision), BranchConfig(precision=precision)
    assert trunk_config(recorded(trunk)) == trunk
    assert branch_config(recorded(branch)) == branch


def test_before_trunks_had_a_precision_they_were_trained_in_float32():
    manifest = recorded(TrunkConfig())
    del manifest["config"]["precision"]
    assert trunk_config(manifest) == TrunkConfig(precision="float32")


def test_a_precision_of_views_is_now_the_branch_s():
    manifest = recorded(BranchConfig())
    del manifest["config"]["precision"]
    manifest["config"]["view_precision"] = "bfloat16"
    assert branch_config(manifest) == BranchConfig(precision="bfloat16")
