"""From a checkpoint to a weight file, with a network small enough to build at once."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.torch_files import save_zip, view
from yolact_tf.checkpoints import weights_file
from yolact_tf.checkpoints.convert_official import convert
from yolact_tf.checkpoints.state_dict import torch_state_dict
from yolact_tf.config import CONFIGS, YolactConfig
from yolact_tf.data.coco_classes import COCO_CLASSES
from yolact_tf.errors import YolactError
from yolact_tf.models.backbones import BACKBONES, Backbone
from yolact_tf.models.layers import batch_norm, conv
from yolact_tf.models.yolact import Yolact, build_yolact

SMALL = YolactConfig("small", "strides", size=64, fpn_channels=4, proto_channels=4, prototypes=3)


def strides(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
    x = batch_norm(conv(images, "backbone.a", 3, 3, stride=2, bias=False), "backbone.b")
    x = conv(x, "backbone.c", 3, 3, stride=2)
    stages = []
    for name in ("backbone.d", "backbone.e", "backbone.f"):
        x = conv(x, name, 3, 3, stride=2)
        stages.append(x)
    return tuple(stages)


@pytest.fixture(autouse=True)
def small_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONFIGS, "small", SMALL)
    monkeypatch.setitem(CONFIGS, "wider", YolactConfig("wider", "strides", size=64))
    monkeypatch.setitem(BACKBONES, "strides", Backbone(strides))


def checkpoint(path: Path, num_classes: int, **other: np.ndarray) -> tuple[str, Yolact]:
    """An official checkpoint of a network with random weights."""
    model = build_yolact(SMALL, num_classes)
    rng = np.random.default_rng(0)
    for variable in model.variables:
        variable.assign(rng.uniform(0.1, 1, variable.shape))
    state = {**torch_state_dict(model), **other}
    save_zip(str(path), {key: view(value) for key, value in state.items()})
    return str(path), model


@pytest.mark.parametrize(("half", "tolerance"), [(False, 0), (True, 5e-4)])
def test_the_converted_network_gives_what_the_official_one_gives(
    tmp_path: Path, half: bool, tolerance: float
) -> None:
    counter = np.zeros((), np.float32)
    source, model = checkpoint(tmp_path / "a.pth", 4, **{"backbone.b.num_batches_tracked": counter})
    output = str(tmp_path / "a.npz")
    convert(source, "small", output, half=half)
    loaded, classes = weights_file.load(output)
    assert classes == ("class0", "class1", "class2")
    assert loaded.config == SMALL
    for ours, theirs in zip(loaded.variables, model.variables, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance)


def test_eighty_classes_are_cocos(tmp_path: Path) -> None:
    source, _ = checkpoint(tmp_path / "a.pth", 81)
    _, classes = convert(source, "small", str(tmp_path / "a.npz"))
    assert classes == COCO_CLASSES
    assert len(set(classes)) == 80


def test_names_can_be_given_and_must_be_as_many_as_classes(tmp_path: Path) -> None:
    source, _ = checkpoint(tmp_path / "a.pth", 3)
    _, classes = convert(source, "small", str(tmp_path / "a.npz"), classes=["cat", "dog"])
    assert classes == ("cat", "dog")
    with pytest.raises(YolactError, match="knows 2 classes, but 1 names"):
        convert(source, "small", str(tmp_path / "b.npz"), classes=["cat"])


def test_another_configuration_is_refused_by_key_and_shapes(tmp_path: Path) -> None:
    source, _ = checkpoint(tmp_path / "a.pth", 3)
    message = re.compile(r"wider with 3 classes.*has shape \[4.*expected \[256")
    with pytest.raises(YolactError, match=message):
        convert(source, "wider", str(tmp_path / "a.npz"))
    assert not (tmp_path / "a.npz").exists()


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"layer.weight": np.ones(3, np.float32)}, "is not a YOLACT network"),
        ({"prediction_layers.0.conf_layer.bias": np.ones(8, np.float32)}, "3 anchors"),
    ],
)
def test_other_networks_are_refused(
    tmp_path: Path, state: dict[str, np.ndarray], message: str
) -> None:
    path = str(tmp_path / "a.pth")
    save_zip(path, {key: view(value) for key, value in state.items()})
    with pytest.raises(YolactError, match=message):
        convert(path, "small", str(tmp_path / "a.npz"))


def test_the_binary_says_in_a_line_what_is_wrong(tmp_path: Path) -> None:
    source, output = str(tmp_path / "a.pth"), str(tmp_path / "a.npz")
    save_zip(source, {"layer.weight": view(np.ones(3, np.float32))})
    command = [sys.executable, "-m", "pipelines.convert_yolact", "--config=yolact_resnet50_550"]
    done = subprocess.run(
        [*command, f"--source={source}", f"--output={output}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("convert_yolact.py: ")
    assert "is not a YOLACT network" in done.stderr
    assert "Traceback" not in done.stderr
