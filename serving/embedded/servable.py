"""One version of a SavedModel in memory, run as TF Serving runs it."""

from collections.abc import Collection, Mapping

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

from serving.embedded.request_error import invalid
from serving.embedded.request_tensor import request_array


class Servable:
    """A SavedModel's graph in a session of its own.

    What is answered here is what `tensorflow_model_server` answers: like it, this runs the
    signatures' tensors in a session. Any number of threads may call `predict`.

    Attributes:
      version: its number.
      signatures: its signatures by name.
    """

    def __init__(self, directory: str, version: int):
        """Loads the SavedModel in `directory`.

        Raises:
          OSError, RuntimeError, ValueError, tf.errors.OpError: it cannot be loaded.
        """
        self.version = version
        with tf.Graph().as_default() as graph:
            self._session = tf.compat.v1.Session(graph=graph)
            meta_graph = tf.compat.v1.saved_model.load(
                self._session, [tf.saved_model.SERVING], directory
            )
        self.signatures: dict[str, SignatureDef] = {
            name: signature
            for name, signature in meta_graph.signature_def.items()
            if not name.startswith("__")
        }

    def predict(
        self,
        signature_name: str,
        inputs: Mapping[str, TensorProto],
        output_filter: Collection[str],
        *,
        max_bytes: int,
    ) -> dict[str, np.ndarray]:
        """Runs one signature.

        Args:
          signature_name: one of `signatures`.
          inputs: exactly the signature's inputs.
          output_filter: outputs to return; empty for all.
          max_bytes: largest input.

        Returns:
          The outputs by name.

        Raises:
          RequestError: INVALID_ARGUMENT; the request does not fit the signature. TF Serving
            says FAILED_PRECONDITION where the signature is unknown.
          tf.errors.OpError: an op refused the content.
        """
        if signature_name not in self.signatures:
            raise invalid(
                f"Unknown signature {signature_name!r}; there are {_listed(self.signatures)}."
            )
        signature = self.signatures[signature_name]
        if set(inputs) != set(signature.inputs):
            raise invalid(
                f"Signature {signature_name!r} takes inputs {_listed(signature.inputs)}; "
                f"given were {_listed(inputs)}."
            )
        unknown = set(output_filter) - set(signature.outputs)
        if unknown:
            raise invalid(
                f"Unknown outputs {_listed(unknown)} in output_filter; signature "
                f"{signature_name!r} has {_listed(signature.outputs)}."
            )
        fetches = {
            name: signature.outputs[name].name for name in output_filter or signature.outputs
        }
        feeds = {
            expected.name: request_array(name, inputs[name], expected, max_bytes)
            for name, expected in signature.inputs.items()
        }
        return self._session.run(fetches, feeds)


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"
