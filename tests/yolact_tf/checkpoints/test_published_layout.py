"""Checkpoints laid out as the published ones are, their numbers made by rule.

The published files hold, beside what the network uses, counters of batches as int64 scalars,
the backbone's layers a second time under their former names and a surplus layer of the pyramid.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.torch_files import save_zip, view
from tests.yolact_tf.reference import reference_weights
from yolact_tf.checkpoints import weights_file
from yolact_tf.checkpoints.convert_official import convert
from yolact_tf.checkpoints.state_dict import expected, torch_state_dict
from yolact_tf.data.coco_classes import COCO_CLASSES
from yolact_tf.errors import YolactError
from yolact_tf.models.yolact import build_yolact

GOLDEN = Path(__file__).parents[1] / "golden"


def _published(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """A state dict of these keys with all that the published files have besides."""
    state = {key: reference_weights(key, shape, seed=5) for key, shape in shapes.items()}
    counters = {
        key.replace("running_var", "num_batches_tracked"): np.array(800_000)
        for key in shapes
        if key.endswith("running_var")
    }
    former = {
        key.replace("backbone.layers.0.", "backbone.layer1."): value + 1
        for key, value in state.items()
        if key.startswith("backbone.layers.0.")
    }
    pyramid = {
        key.replace("downsample_layers.0", "downsample_layers.2"): value + 1
        for key, value in state.items()
        if "downsample_layers.0" in key
    }
    assert former
    assert pyramid
    return state | counters | former | pyramid


@pytest.mark.slow
@pytest.mark.parametrize("config", ["yolact_resnet50_550", "yolact_darknet53_550"])
def test_a_published_layout_is_converted_bit_by_bit(config, tmp_path):
    shapes = expected(build_yolact(config))
    state = _published(shapes)
    if config == "yolact_darknet53_550":  # written down from the official code
        official = json.loads((GOLDEN / "keys_darknet53.json").read_text())
        assert set(official) <= set(state)
    source, output = str(tmp_path / "a.pth"), str(tmp_path / "a.npz")
    save_zip(source, {key: view(np.ascontiguousarray(value)) for key, value in state.items()})
    convert(source, config, output)
    model, classes = weights_file.load(output)
    assert classes == COCO_CLASSES
    got = torch_state_dict(model)
    assert got.keys() == shapes.keys()
    for key, value in got.items():
        np.testing.assert_array_equal(value, state[key])


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("backbone.layers.1.0.conv2.conv_offset_mask.weight", r"DCNv2.*conv2\.conv_offset_mask"),
        ("maskiou_net.maskiou_net.0.weight", r"scores masks anew.*maskiou_net\.0\.weight"),
    ],
)
def test_checkpoints_of_the_successor_are_refused_by_its_name(key, message, tmp_path):
    source = str(tmp_path / "yolact_plus_base_54_800000.pth")
    state = {
        "prediction_layers.0.conf_layer.bias": np.zeros(729, np.float32),  # 9 anchors a cell
        key: np.zeros((27, 128, 3, 3), np.float32),
    }
    save_zip(source, {name: view(value) for name, value in state.items()})
    with pytest.raises(YolactError, match=rf"plus_base_54_800000\.pth is of YOLACT\+\+.*{message}"):
        convert(source, "yolact_resnet101_550", str(tmp_path / "a.npz"))
