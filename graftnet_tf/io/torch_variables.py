"""Keras's variables under the names and in the shapes of PyTorch's state dicts."""

import numpy as np
import tensorflow as tf

_PARTS = {
    "kernel": "weight",
    "depthwise_kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
_CONVOLUTION, _DEPTHWISE = (3, 2, 0, 1), (2, 3, 0, 1)  # PyTorch's axes among Keras's


def torch_key(variable: tf.Variable) -> str:
    """Key of a layer's variable, the layer being named as the module is."""
    layer, part = _name(variable).rsplit("/", 1)
    return f"{layer.rsplit('/', 1)[-1]}.{_PARTS[part]}"


def to_torch(variable: tf.Variable) -> np.ndarray:
    """A variable's value as PyTorch has it: convolutions as [out, in, height, width]."""
    return variable.numpy().transpose(_axes(variable))


def from_torch(variable: tf.Variable, value: np.ndarray) -> np.ndarray:
    """PyTorch's value as the variable has it, float32."""
    return np.asarray(value, np.float32).transpose(np.argsort(_axes(variable)))


def _axes(variable: tf.Variable) -> tuple[int, ...]:
    if len(variable.shape) < 4:
        return tuple(range(len(variable.shape)))
    return _DEPTHWISE if _name(variable).endswith("depthwise_kernel") else _CONVOLUTION


def _name(variable: tf.Variable) -> str:
    return variable.name.split(":")[0]
