"""The model server's configuration file, `models.config`."""

import contextlib
import os
from collections.abc import Iterator

import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, file_locks

_HEADER = "# Versions and labels are kept by graftnet-promote-serving.\n"


def read(path: str) -> ModelServerConfig:
    """Parses the file.

    Raises:
      GraftNetError: it is missing, or is not a list of models in proto text.
    """
    try:
        text = atomic_files.read_bytes(path).decode()
        config = text_format.Parse(text, ModelServerConfig())
    except tf.errors.NotFoundError:
        raise GraftNetError(f"{path} does not exist.") from None
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise GraftNetError(f"{path} is not a ModelServerConfig in proto text: {error}") from None
    if config.WhichOneof("config") != "model_config_list":
        raise GraftNetError(f"{path} lists no models; expected a model_config_list.")
    return config


def write(path: str, config: ModelServerConfig) -> None:
    """Replaces the file as a whole, so that a server that polls it never reads a part."""
    atomic_files.write_text(path, _HEADER + text_format.MessageToString(config))


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    """Holds the file's lock inside the block: for reading it, changing a part, and writing it.

    The lock is a file beside it, by whatever link it is named. On a remote file system there is
    none (`file_locks.held`).

    Raises:
      GraftNetError: the folder is missing.
      OSError: it cannot be written to.
    """
    real = path if "://" in path else os.path.realpath(path)
    folder, name = os.path.split(real)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(
                file_locks.held(os.path.join(folder, f"{atomic_files.INCOMING}lock-{name}"))
            )
        except FileNotFoundError as error:
            raise GraftNetError(f"{path} cannot be changed: {error.strerror} ({folder}).") from None
        except OSError as error:
            error.filename = path  # not the lock's
            raise
        yield
