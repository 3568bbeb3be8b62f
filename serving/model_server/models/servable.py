"""One version of a SavedModel in memory, run as TF Serving runs it."""

import gc
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

from serving.model_server.models.batching import Batching, batched, can_be_batched
from serving.model_server.models.graph_session import load_saved_model
from serving.model_server.requests.decoding_work import decoding_work
from serving.model_server.requests.limits import Limits
from serving.model_server.requests.request_error import exhausted, invalid, unmet
from serving.model_server.requests.request_tensor import request_array

_MOST_FILTERS = 64


class Answer(NamedTuple):
    """What a signature returned.

    Attributes:
      outputs: Outputs by name.
      rows: Number of rows of the request; None where its inputs have none.
      batch_rows: Number of rows of the batch that the request was computed in, padding included;
        None where it was computed alone.
    """

    outputs: dict[str, np.ndarray]
    rows: int | None
    batch_rows: int | None


class Servable:
    """A SavedModel's graph in a session of its own.

    What is answered here is what `tensorflow_model_server` answers: like it, this runs the
    signatures' tensors in a session, and gathers requests for a whole signature into batches,
    while one with an `output_filter` runs alone, the rest of the graph left out. Any number
    of threads may call `predict`.

    Attributes:
      version: Its number.
      signatures: Its signatures by name.
      signature_defs: Those and TensorFlow's own, such as `__saved_model_init_op`.
    """

    def __init__(self, directory: str, version: int, batching: Batching | None = None):
        """Loads the SavedModel in `directory`; without `batching`, requests run alone.

        Raises:
          ValueError, tf.errors.OpError: it cannot be loaded.
        """
        self.version = version
        self._session, self.signature_defs = load_saved_model(directory)
        self.signatures = {
            name: signature
            for name, signature in self.signature_defs.items()
            if not name.startswith("__")
        }
        self._batched = {
            name: batched(self._session.graph, signature, batching)
            for name, signature in self.signatures.items()
            if batching and can_be_batched(signature)
        }
        self._filters: set[tuple[str, frozenset[str]]] = set()

    def close(self) -> None:
        """Frees the model's memory; nothing may be under way."""
        self._session.close()
        del self._session
        self._batched.clear()
        gc.collect()  # a graph refers to itself

    def predict(
        self,
        signature_name: str,
        inputs: Mapping[str, TensorProto],
        output_filter: Collection[str] = (),
        *,
        limits: Limits,
    ) -> Answer:
        """Runs one signature.

        Args:
          signature_name: One of `signatures`.
          inputs: Exactly the signature's inputs.
          output_filter: Outputs to return; empty for all.
          limits: Limits of the inputs.

        Raises:
          RequestError: FAILED_PRECONDITION, there is no such signature; INVALID_ARGUMENT, the
            request does not fit it; RESOURCE_EXHAUSTED, the batches' queue is full.
          tf.errors.OpError: an op refused the content.
        """
        signature = self._signature(signature_name)
        _check_names(signature_name, signature, inputs, output_filter)
        arrays = {
            expected.name: request_array(name, inputs[name], expected, limits)
            for name, expected in signature.inputs.items()
        }
        _check_decoding(arrays.values(), limits)
        rows = next((len(array) for array in arrays.values() if array.ndim), None)
        outputs = {name: tensor.name for name, tensor in signature.outputs.items()}
        if output_filter and self._is_compiled(signature_name, frozenset(output_filter)):
            outputs = {name: outputs[name] for name in sorted(output_filter)}
            values, batch_rows = self._session.run(outputs, arrays), None
        else:
            values, batch_rows = self._run_whole(signature_name, outputs, arrays, rows)
        wanted = {name: _array(values[name]) for name in output_filter or values}
        return Answer(wanted, rows, batch_rows)

    def _run_whole(
        self,
        signature_name: str,
        outputs: Mapping[str, str],
        arrays: Mapping[str, np.ndarray],
        rows: int | None,
    ) -> tuple[dict[str, np.ndarray], int | None]:
        """All outputs, computed with other requests where that can be.

        A batch that an op refused may have been refused for another's row: each of its
        requests is then judged alone.
        """
        if rows and signature_name in self._batched:
            try:
                values, batch_rows = self._session.run(self._batched[signature_name], arrays)
                return values, int(batch_rows.max())
            except tf.errors.UnavailableError:
                raise exhausted("Too many batches are waiting; try again later.") from None
            except tf.errors.OpError:
                pass
        return self._session.run(outputs, arrays), None

    def _signature(self, name: str) -> SignatureDef:
        if name not in self.signatures:
            raise unmet(f"Unknown signature {name!r}; there are {_listed(self.signatures)}.")
        return self.signatures[name]

    def _is_compiled(self, signature_name: str, wanted: frozenset[str]) -> bool:
        """Whether this set of outputs may have a run of its own.

        TensorFlow keeps what it made of every set that was ever asked for, so beyond the
        first few, all outputs are computed.
        """
        key = (signature_name, wanted)
        if key not in self._filters and len(self._filters) < _MOST_FILTERS:
            self._filters.add(key)
        return key in self._filters


def _check_names(
    signature_name: str,
    signature: SignatureDef,
    inputs: Collection[str],
    output_filter: Collection[str],
) -> None:
    if set(inputs) != set(signature.inputs):
        raise invalid(
            f"Signature {signature_name!r} takes inputs {_listed(signature.inputs)}; "
            f"given were {_listed(inputs)}."
        )
    if unknown := set(output_filter) - set(signature.outputs):
        raise invalid(
            f"Unknown outputs {_listed(unknown)} in output_filter; signature "
            f"{signature_name!r} has {_listed(signature.outputs)}."
        )
    if len(set(output_filter)) < len(output_filter):
        raise invalid(f"output_filter names an output twice: {_listed(output_filter)}.")


def _check_decoding(arrays: Collection[Any], limits: Limits) -> None:
    work = sum(decoding_work(array.ravel()) for array in arrays if array.dtype == object)
    if work > limits.decoded_pixels:
        raise invalid(
            f"Decoding the images of this request would touch {work} pixels, scan by scan; "
            f"this server's limit is {limits.decoded_pixels}. Send fewer or smaller images."
        )


def _array(value: Any) -> np.ndarray:
    """A session gives a string scalar as bytes, whose trailing zeros NumPy would drop."""
    return np.array(value, object) if isinstance(value, bytes) else np.asarray(value)


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"
