"""Saving plain TensorFlow functions as a SavedModel."""

from typing import Any

import tensorflow as tf


def save_functions(directory: str, signatures: dict[str, Any]) -> None:
    """Saves `tf.function`s with the variables they use, and nothing of Keras's own.

    Args:
      directory: of the SavedModel.
      signatures: functions with an input signature, which return a dict of tensors, by
        the name of the signature each becomes.
    """
    module = tf.Module()
    module.captured = [
        variable
        for function in signatures.values()
        for variable in function.get_concrete_function().graph.variables
    ]
    tf.saved_model.save(module, directory, signatures=signatures)
