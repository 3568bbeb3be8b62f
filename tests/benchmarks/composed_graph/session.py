"""A SavedModel in a session of two threads, as TF Serving runs it."""

from collections.abc import Callable, Collection

import numpy as np
import tensorflow as tf

THREADS = 2


class Session:
    """One SavedModel in memory, with variables of its own."""

    def __init__(self, directory: str):
        config = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=THREADS)
        with tf.Graph().as_default() as graph:
            self._session = tf.compat.v1.Session(graph=graph, config=config)
            loaded = tf.compat.v1.saved_model.load(self._session, ["serve"], directory)
        self._signatures = loaded.signature_def

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
