"""Graphs in sessions, as TF Serving runs them: the one place that calls `tf.compat.v1`."""

from collections.abc import Collection

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.protobuf.config_pb2 import ConfigProto
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef


class Session(tf.compat.v1.Session):
    """A session of TensorFlow's own."""


def load_saved_model(
    directory: str, config: ConfigProto | None = None
) -> tuple[Session, dict[str, SignatureDef]]:
    """A SavedModel in a session with a graph and variables of its own.

    Args:
      directory: The SavedModel, with the tag `serve`.
      config: The session's threads.

    Returns:
      (session, signatures by name, TensorFlow's own such as `__saved_model_init_op` among them).

    Raises:
      OSError, RuntimeError, ValueError, tf.errors.OpError: it cannot be loaded.
    """
    with tf.Graph().as_default() as graph:
        session = Session(graph=graph, config=config)
        meta_graph = tf.compat.v1.saved_model.load(session, [tf.saved_model.SERVING], directory)
    return session, dict(meta_graph.signature_def)


def sub_graph(graph: tf.Graph, outputs: Collection[str]) -> GraphDef:
    """The nodes of a graph that some tensors, given by name, are computed by."""
    nodes = [name.rpartition(":")[0] for name in outputs]
    return tf.compat.v1.graph_util.extract_sub_graph(graph.as_graph_def(), nodes)
