"""Requests that cannot be answered, with the status that TF Serving gives them."""

import re

import grpc
import tensorflow as tf

from graftnet_tf.errors import GraftNetError

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_FIRST_OF_MANY = re.compile(r"\(0\) [A-Z_ ]+: +")


class RequestError(GraftNetError):
    """A request that cannot be answered.

    Attributes:
      code: GRPC status.
      message: What was given and what was expected.
    """

    def __init__(self, code: grpc.StatusCode, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> RequestError:
    """An INVALID_ARGUMENT error."""
    return RequestError(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(message: str) -> RequestError:
    """A NOT_FOUND error."""
    return RequestError(grpc.StatusCode.NOT_FOUND, message)


def unmet(message: str) -> RequestError:
    """A FAILED_PRECONDITION error."""
    return RequestError(grpc.StatusCode.FAILED_PRECONDITION, message)


def exhausted(message: str) -> RequestError:
    """A RESOURCE_EXHAUSTED error."""
    return RequestError(grpc.StatusCode.RESOURCE_EXHAUSTED, message)


def from_tensorflow(error: tf.errors.OpError) -> RequestError:
    """TensorFlow's error under the same status."""
    return RequestError(_CODES[error.error_code], tensorflow_message(error))


def tensorflow_message(error: tf.errors.OpError) -> str:
    """What the op said, without the names of the nodes it passed through."""
    text = error.message.removeprefix("Graph execution error:")
    text = _FIRST_OF_MANY.split(text, maxsplit=1)[-1].strip()
    return text.split("\n", 1)[0].removeprefix("assertion failed: ")
