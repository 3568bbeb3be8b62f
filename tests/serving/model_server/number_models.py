"""SavedModels that load in no time and whose answers tell the version that gave them."""

import os

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig


class NumberModel(tf.Module):
    """Multiplies by the version."""

    def __init__(self, version: int):
        super().__init__()
        self.version = tf.Variable(float(version))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "values")])
    def multiply(self, values):
        return {"product": values * self.version, "sum": values + self.version}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "values")])
    def strict(self, values):
        check = tf.debugging.Assert(tf.reduce_all(values >= 0), ["A value is negative."])
        with tf.control_dependencies([check]):
            return {"root": tf.sqrt(values)}

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32, "values")])
    def row_sums(self, values):
        return {"sum": tf.reduce_sum(values, axis=1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "texts")])
    def lengths(self, texts):
        return {"length": tf.strings.length(texts)}


def publish(base_path: str, version: int) -> str:
    """Publishes a version below `base_path`, in one step; returns its directory."""
    model = NumberModel(version)
    aside = os.path.join(base_path, f".incoming-{version}")
    directory = os.path.join(base_path, str(version))
    signatures = {
        "serving_default": model.multiply,
        "strict": model.strict,
        "row_sums": model.row_sums,
        "lengths": model.lengths,
    }
    tf.saved_model.save(model, aside, signatures=signatures)
    os.rename(aside, directory)
    return directory


def numbers(*values: float) -> dict[str, TensorProto]:
    """Inputs of `multiply` and `strict`."""
    return {"values": tf.make_tensor_proto(np.array(values, np.float32))}


def config(**models: tuple[str, dict]) -> ModelServerConfig:
    """A configuration of {name: (base path, fields of ModelConfig)}."""
    listed = ModelServerConfig()
    for name, (base_path, fields) in models.items():
        listed.model_config_list.config.add(
            name=name, base_path=base_path, model_platform="tensorflow", **fields
        )
    return listed


def specific(*versions: int) -> dict:
    """A policy that serves these versions."""
    return {"model_version_policy": {"specific": {"versions": versions}}}
