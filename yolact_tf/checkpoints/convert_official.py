"""Official weights as a weight file of ours."""

from collections.abc import Mapping, Sequence

import numpy as np

from graftnet_tf.io.torch_checkpoint import read_state_dict
from yolact_tf.checkpoints import weights_file
from yolact_tf.checkpoints.state_dict import load_torch_state_dict
from yolact_tf.config import config_named
from yolact_tf.data.coco_classes import COCO_CLASSES
from yolact_tf.errors import YolactError
from yolact_tf.models.yolact import Yolact, build_yolact

_CLASS_SCORES = "prediction_layers.0.conf_layer.bias"
_OF_PLUS = {
    "conv_offset_mask": "deformable convolutions (DCNv2)",
    "maskiou_net": "a network that scores masks anew",
}
"""Parts of keys that only YOLACT++ (Bolya et al. 2020) has, and what they are of."""


def convert(
    source: str,
    config_name: str,
    output: str,
    classes: Sequence[str] | None = None,
    half: bool = False,
) -> tuple[Yolact, tuple[str, ...]]:
    """Writes the weights of an official checkpoint with `weights_file.save`.

    Args:
      source: The .pth file.
      config_name: Name of the configuration that it was trained with.
      output: The .npz file to write.
      classes: Names of the classes in the order of training, without background; by
        default COCO's if there are 80, else class0, class1 and so on.
      half: True stores float16.

    Returns:
      The network and its classes.

    Raises:
      YolactError: the checkpoint cannot be read, is of YOLACT++, or does not fit the
        configuration or the names; says which tensor and what it should be.
    """
    config = config_named(config_name)
    state_dict = read_state_dict(source, error=YolactError)
    _require_no_plus(state_dict, source)
    count = _num_classes(state_dict, len(config.aspect_ratios), source)
    names = tuple(_default_names(count - 1) if classes is None else classes)
    if len(names) != count - 1:
        raise YolactError(f"{source} knows {count - 1} classes, but {len(names)} names are given.")
    model = build_yolact(config, num_classes=count)
    load_torch_state_dict(model, state_dict)
    weights_file.save(model, output, names, half=half)
    return model, names


def _require_no_plus(state_dict: Mapping[str, np.ndarray], source: str) -> None:
    for part, name in _OF_PLUS.items():
        keys = [key for key in state_dict if part in key]
        if keys:
            raise YolactError(
                f"{source} is of YOLACT++: it has {name}, which networks here have not, such as "
                f"{keys[0]} ({len(keys)} arrays). Take a checkpoint of YOLACT, such as "
                "yolact_base_54_800000.pth."
            )


def _num_classes(state_dict: Mapping[str, np.ndarray], anchors: int, source: str) -> int:
    """With background: the head scores every class for every anchor of a cell."""
    if _CLASS_SCORES not in state_dict:
        raise YolactError(f"{source} has no {_CLASS_SCORES}: it is not a YOLACT network.")
    scores = state_dict[_CLASS_SCORES].size
    if scores % anchors or scores < 2 * anchors:
        raise YolactError(
            f"{_CLASS_SCORES} has {scores} values, which is no number of classes for each of "
            f"{anchors} anchors: the configuration is not the one it was trained with."
        )
    return scores // anchors


def _default_names(count: int) -> Sequence[str]:
    return COCO_CLASSES if count == len(COCO_CLASSES) else [f"class{i}" for i in range(count)]
