"""YOLACT instance segmentation in TensorFlow."""

from yolact_tf.checkpoints.state_dict import load_torch_state_dict as load_torch_state_dict
from yolact_tf.models.yolact import build_yolact as build_yolact

__all__ = ["build_yolact", "load_torch_state_dict"]
