"""The model server's configuration file, `models.config`."""

import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from graftnet_tf import files
from graftnet_tf.errors import GraftNetError

_HEADER = "# Versions and labels are kept by graftnet-promote-serving.\n"


def read(path: str) -> ModelServerConfig:
    """Parses the file.

    Raises:
      GraftNetError: it is missing, or is not a list of models in proto text.
    """
    try:
        text = files.read_bytes(path).decode()
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
    files.write_text(path, _HEADER + text_format.MessageToString(config))
