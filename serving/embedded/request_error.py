"""Requests that cannot be answered, and how a gRPC method says so."""

import functools
import re
from collections.abc import Callable
from typing import Any

import grpc
import tensorflow as tf

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_FIRST_OF_MANY = re.compile(r"\(0\) [A-Z_ ]+: +")


class RequestError(Exception):
    """A request that cannot be answered.

    Attributes:
      code: gRPC status.
      message: what was given and what was expected.
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


def tensorflow_message(error: tf.errors.OpError) -> str:
    """What the op said, without the names of the nodes it passed through."""
    text = error.message.removeprefix("Graph execution error:")
    text = _FIRST_OF_MANY.split(text, maxsplit=1)[-1].strip()
    return text.split("\n", 1)[0].removeprefix("assertion failed: ")


def answering(method: Callable[..., Any]) -> Callable[..., Any]:
    """A servicer's method that answers `RequestError` and TensorFlow's errors by status."""

    @functools.wraps(method)
    def answer(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except RequestError as error:
            context.abort(error.code, error.message)
        except tf.errors.OpError as error:
            context.abort(_CODES[error.error_code], tensorflow_message(error))

    return answer
