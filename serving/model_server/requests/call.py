"""One gRPC call: what is measured and logged of it, and how its failure is answered."""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator

import grpc
import tensorflow as tf
from absl import logging
from tensorflow_serving.apis.model_pb2 import ModelSpec

from graftnet_tf.errors import GraftNetError
from serving.model_server.requests.request_error import RequestError, from_tensorflow

_LONGEST_MESSAGE = 1000  # a status travels in headers, whose size is limited


@dataclasses.dataclass
class Call:
    """What is known of a call; nothing of what it carries.

    Attributes:
      method: Method of the service.
      model: Name of the model that was found, empty before.
      version: Version of the model that answers; 0 before.
      signature: Signature that was run, empty before.
      rows, batch_rows: Number of rows of the request, and of the batch that it was computed
        in.
      waited: Seconds until its turn.
      seconds: Until its answer.
      code: GRPC status.
      error: What the client was told.
    """

    method: str
    model: str = ""
    version: int = 0
    signature: str = ""
    rows: int | None = None
    batch_rows: int | None = None
    waited: float = 0.0
    seconds: float = 0.0
    code: grpc.StatusCode = grpc.StatusCode.OK
    error: str = ""

    def found(self, spec: ModelSpec, version: int) -> None:
        """The request's model is there; names of others are not worth keeping."""
        self.model, self.version = spec.name, version


@contextlib.contextmanager
def answering(
    method: str, context: grpc.ServicerContext, record: Callable[[Call], None]
) -> Iterator[Call]:
    """Answers errors by their status, and records the call when it ends."""
    call = Call(method)
    began = time.monotonic()
    try:
        yield call
    except RequestError as error:
        call.code, call.error = error.code, error.message
    except tf.errors.OpError as error:
        refusal = from_tensorflow(error)
        call.code, call.error = refusal.code, refusal.message
    except GraftNetError as error:
        call.code, call.error = grpc.StatusCode.UNKNOWN, str(error)
    except Exception:
        logging.exception("A fault of this server's in %s.", method)
        call.code, call.error = grpc.StatusCode.INTERNAL, "A fault of this server's; see its log."
    call.error = call.error.replace("\n", " ")[:_LONGEST_MESSAGE]
    call.seconds = time.monotonic() - began
    record(call)
    if call.code != grpc.StatusCode.OK:
        context.abort(call.code, call.error)
