"""A SavedModel in a session of two threads, as TF Serving runs it."""

from collections.abc import Callable, Collection

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.config_pb2 import ConfigProto

from serving.model_server.models.graph_session import load_saved_model

THREADS = 2


class Session:
    """One SavedModel in memory, with variables of its own."""

    def __init__(self, directory: str):
        config = ConfigProto(intra_op_parallelism_threads=THREADS)
        self._session, self._signatures = load_saved_model(directory, config)

    def call(
        self, images: np.ndarray, signature: str = "serving_default", wanted: Collection[str] = ()
    ) -> Callable[[], list[np.ndarray]]:
        """A function that computes the wanted outputs, by default all.

        Args:
          images: uint8 [N, h, w, 3]; given as JPEG files to signatures that take files.
          signature: its name.
          wanted: names of outputs.
        """
        definition = self._signatures[signature]
        ((name, inputs),) = definition.inputs.items()
        values = images if name == "images" else [tf.io.encode_jpeg(it).numpy() for it in images]
        fetched = [definition.outputs[output].name for output in wanted or definition.outputs]
        return lambda: self._session.run(fetched, {inputs.name: values})
