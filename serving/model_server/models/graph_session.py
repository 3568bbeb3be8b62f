"""SavedModels in sessions, as TF Serving loads them: the one place that calls `tf.compat.v1`."""

import os

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.config_pb2 import ConfigProto
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef, SignatureDef
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from graftnet_tf.io import atomic_files

_INITIALISE = "__saved_model_init_op"


class Session(tf.compat.v1.Session):
    """A session of TensorFlow's own."""


def load_saved_model(
    directory: str, config: ConfigProto | None = None
) -> tuple[Session, dict[str, SignatureDef]]:
    """A SavedModel in a session with a graph and variables of its own.

    As TensorFlow's C++ loader does, it imports the graph, then runs the graph's own ops that
    restore the variables and fill the tables.

    Args:
      directory: The SavedModel, of TensorFlow 2, with the tag `serve`.
      config: The session's threads.

    Returns:
      (session, signatures by name, TensorFlow's own such as `__saved_model_init_op` among them).

    Raises:
      ValueError, tf.errors.OpError: it cannot be loaded.
    """
    meta_graph = _served_graph(directory)
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(
            meta_graph.graph_def,
            name="",
            producer_op_list=meta_graph.meta_info_def.stripped_op_list,
        )
    signatures = dict(meta_graph.signature_def)
    assets = {
        asset.tensor_info.name: os.path.join(directory, "assets", asset.filename)
        for asset in meta_graph.asset_file_def
    }
    session = Session(graph=graph, config=config)
    saver = meta_graph.saver_def
    if saver.restore_op_name:
        variables = os.path.join(directory, "variables", "variables")
        session.run(saver.restore_op_name, {saver.filename_tensor_name: variables, **assets})
    if _INITIALISE in signatures:
        session.run(signatures[_INITIALISE].outputs[_INITIALISE].name, assets)
    return session, signatures


def _served_graph(directory: str) -> MetaGraphDef:
    path = os.path.join(directory, "saved_model.pb")
    try:
        graphs = SavedModel.FromString(atomic_files.read_bytes(path)).meta_graphs
    except DecodeError as error:
        raise ValueError(f"{path} is no SavedModel: {error}.") from error
    for graph in graphs:
        if list(graph.meta_info_def.tags) == [tf.saved_model.SERVING]:
            return graph
    found = [list(graph.meta_info_def.tags) for graph in graphs]
    raise ValueError(f"{path} has graphs with the tags {found}; expected one with 'serve' alone.")
