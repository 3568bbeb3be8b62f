"""YOLACT on two logical CPU devices: what one device does, up to the order of sums."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from yolact_tf import build_yolact


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.yolact_tf.training.distributed_steps",
            str(tmp_path_factory.mktemp("runs")),
        ],
        cwd=os.path.join(os.path.dirname(__file__), "../../.."),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_step_on_two_devices_is_one_on_one_device(seen):
    assert seen["replicas"] == 2
    found = seen["float32"]
    assert max(found["difference_by_move"]) < 1e-5
    assert found["alike"]


def test_in_bfloat16_steps_differ_by_its_rounding(seen):
    found = seen["bfloat16"]
    assert max(found["difference_by_move"]) < 0.03
    assert found["alike"]


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-5), ("bfloat16", 1e-3)])
def test_losses_are_told_of_the_whole_batch(seen, precision, tolerance):
    for one_device, two_devices, finite in seen[precision]["losses"]:
        assert finite
        assert set(two_devices) == set("BCMS")
        assert two_devices == pytest.approx(one_device, rel=tolerance)


def test_losses_are_of_all_positives_and_not_the_mean_of_each_devices_own(seen):
    whole, halves = seen["float32"]["losses"][0][0], seen["halves"]
    for name in "BCM":
        mean = np.mean([half[name] for half in halves])
        assert abs(mean - whole[name]) > 1e-3 * whole[name]
    assert np.mean([half["S"] for half in halves]) == pytest.approx(whole["S"], rel=1e-5)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_what_makes_no_sense_on_one_device_moves_neither(seen, precision):
    assert seen[precision]["nonsense"] == {"finite": False, "kept": True}


def test_a_run_goes_on_from_its_checkpoint_on_other_devices(seen):
    distances = seen["crossings"]
    assert distances["crossed"] < 1e-2 * distances["untrained"]


@pytest.mark.parametrize("config", ["yolact_resnet50_550", "yolact_person_512"])
def test_no_batch_norm_is_trained_so_that_none_has_to_be_synchronised(config):
    model = build_yolact(config, num_classes=2)
    model.freeze()
    norms = [
        layer for layer in model.submodules if isinstance(layer, tf.keras.layers.BatchNormalization)
    ]
    assert norms
    assert not any(norm.trainable for norm in norms)
