"""YOLACT instance segmentation in TensorFlow."""

from yolact_tf.model import build_yolact as build_yolact
from yolact_tf.state_dict import load_torch_state_dict as load_torch_state_dict

__all__ = ["build_yolact", "load_torch_state_dict"]
