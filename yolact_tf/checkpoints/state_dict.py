"""Weights by the official names and shapes, from and to PyTorch's state dicts."""

import re
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf

from graftnet_tf.io.torch_variables import from_torch, to_torch, torch_key
from yolact_tf.errors import YolactError
from yolact_tf.models.yolact import Yolact

_SURPLUS = re.compile(
    r"num_batches_tracked$|^fpn\.downsample_layers\.([2-9]|\d\d)|^backbone\.layer\d"
)


def expected(model: Yolact) -> dict[str, tuple[int, ...]]:
    """The keys of the model's state dict and their shapes in PyTorch's order."""
    return {key: to_torch(variable).shape for key, variable in _variables(model)}


def load_torch_state_dict(model: Yolact, state_dict: Mapping[str, np.ndarray]) -> None:
    """Fills the model with official weights.

    Counters of batches, surplus `fpn.downsample_layers` and the legacy `backbone.layer*`
    are dropped, as the official code drops them. Nothing is loaded unless all fits.

    Examples:
      >>> from yolact_tf import build_yolact, load_person_model, load_torch_state_dict
      >>> from yolact_tf.checkpoints.state_dict import torch_state_dict
      >>> trained, classes = load_person_model()
      >>> model = build_yolact(trained.config, num_classes=1 + len(classes))
      >>> load_torch_state_dict(model, torch_state_dict(trained))

    Args:
      model: Model of the configuration and number of classes that the weights are for.
      state_dict: Arrays by official key, convolutions as [out, in, height, width].

    Raises:
      YolactError: keys are missing, unknown, or of another shape; says which.
    """
    given = {key: value for key, value in state_dict.items() if not _SURPLUS.search(key)}
    shapes = expected(model)
    faults = [f"{key} is missing" for key in shapes if key not in given]
    faults += [f"{key} is unknown" for key in given if key not in shapes]
    faults += [
        f"{key} has shape {list(given[key].shape)}, expected {list(shape)}"
        for key, shape in shapes.items()
        if key in given and given[key].shape != shape
    ]
    if faults:
        listed = "; ".join(faults[:5]) + (f"; and {len(faults) - 5} more" if faults[5:] else "")
        raise YolactError(
            f"The weights do not fit {model.config.name} with "
            f"{model.num_classes} classes: {listed}."
        )
    for key, variable in _variables(model):
        variable.assign(from_torch(variable, given[key]))


def torch_state_dict(model: Yolact) -> dict[str, np.ndarray]:
    """The model's weights as `load_torch_state_dict` takes them, float32."""
    return {key: to_torch(variable) for key, variable in _variables(model)}


def _variables(model: Yolact) -> Iterator[tuple[str, tf.Variable]]:
    return ((torch_key(variable), variable) for variable in model.variables)
