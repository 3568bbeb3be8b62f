"""Saving plain TensorFlow functions as a SavedModel, the same bytes in every process."""

from typing import Any

import tensorflow as tf


def save_functions(directory: str, signatures: dict[str, Any]) -> None:
    """Saves `tf.function`s with the variables they use, and nothing of Keras's own.

    Args:
      directory: Directory of the SavedModel.
      signatures: Functions with an input signature, which return a dict of tensors, by
        the name of the signature each becomes.
    """
    module = tf.Module()
    module.captured = [
        variable for function in signatures.values() for variable in _captured(function)
    ]
    tf.saved_model.save(module, directory, signatures=signatures)


def _captured(function: Any) -> list[tf.Variable]:
    """The variables that a function uses, in the order of their first use.

    The graph's own list of them has another order in every process, and files would too.
    """
    graph = function.get_concrete_function().graph
    order = {id(outer): number for number, (outer, _) in enumerate(graph.captures)}
    return sorted(graph.variables, key=lambda variable: order[id(variable.handle)])
