"""Letting a session compute only the outputs that it is asked for."""

import os

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from graftnet_tf.io import atomic_files


def add_output_identities(directory: str) -> None:
    """Puts an identity after every output of the signatures of a SavedModel.

    TensorFlow saves a signature as one function call whose results are the outputs. A call
    that is fetched cannot be inlined, and one that is not inlined computes all its results:
    `output_filter` would save nothing. Behind an identity the call is inlined, and what no
    fetched output needs is left out.

    Args:
      directory: Directory of a SavedModel, changed in place.
    """
    path = os.path.join(directory, "saved_model.pb")
    model = SavedModel.FromString(atomic_files.read_bytes(path))
    for meta_graph in model.meta_graphs:
        for name, signature in meta_graph.signature_def.items():
            if name.startswith("__"):  # the loader's own
                continue
            for output, tensor in signature.outputs.items():
                node = meta_graph.graph_def.node.add(op="Identity", name=f"{name}/{output}")
                node.input.append(tensor.name)
                node.attr["T"].type = tensor.dtype
                tensor.name = f"{node.name}:0"
    atomic_files.write_bytes(path, model.SerializeToString(deterministic=True))
    tf.io.gfile.remove(os.path.join(directory, "fingerprint.pb"))  # of the graph as it was
