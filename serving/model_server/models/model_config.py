"""What a server serves: models, their versions and labels, as TF Serving's ModelServerConfig."""

import dataclasses
import os
from collections.abc import Mapping

from google.protobuf import text_format
from tensorflow_serving.config.file_system_storage_path_source_pb2 import (
    FileSystemStoragePathSourceConfig,
)
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig as ModelConfigProto
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from serving.model_server.models.version_policy import All, Latest, Specific, VersionPolicy
from serving.model_server.requests.request_error import invalid


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """One model.

    Attributes:
      name: Name that requests state.
      base_path: Directory with one SavedModel per numbered subdirectory.
      policy: Which of them are served.
      labels: Version that each label stands for.
    """

    name: str
    base_path: str
    policy: VersionPolicy = Latest()
    labels: Mapping[str, int] = dataclasses.field(default_factory=dict)


def read_config(path: str) -> list[ModelConfig]:
    """The models of a ModelServerConfig in proto text, as TF Serving's `models.config`.

    Raises:
      GraftNetError: the file is missing or wrong.
    """
    if not os.path.exists(path) and "://" not in path:
        raise GraftNetError(f"{path} does not exist.")
    try:
        text = atomic_files.read_bytes(path).decode()
        return models_of(text_format.Parse(text, ModelServerConfig()))
    except (text_format.ParseError, UnicodeDecodeError, GraftNetError) as error:
        raise GraftNetError(f"{path} is not a fit ModelServerConfig: {error}") from None


def models_of(config: ModelServerConfig) -> list[ModelConfig]:
    """The models of a configuration.

    Raises:
      RequestError: INVALID_ARGUMENT; it is not a list of TensorFlow models with names of
        their own and absolute paths.
    """
    if config.WhichOneof("config") != "model_config_list":
        raise invalid("Expected a model_config_list, the only kind of configuration here.")
    models = [_model_of(model) for model in config.model_config_list.config]
    names = [model.name for model in models]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise invalid(f"Model {twice[0]!r} is listed more than once.")
    return models


def _model_of(model: ModelConfigProto) -> ModelConfig:
    if not model.name:
        raise invalid("A model has no name.")
    if model.model_platform not in ("", "tensorflow"):
        raise invalid(
            f"Model {model.name!r} has platform {model.model_platform!r}; expected 'tensorflow'."
        )
    if not model.base_path.startswith("/") and "://" not in model.base_path:
        raise invalid(
            f"Model {model.name!r} has base_path {model.base_path!r}; expected an absolute "
            "path or a URI."
        )
    policy = _policy_of(model.name, model.model_version_policy)
    return ModelConfig(model.name, model.base_path, policy, dict(model.version_labels))


def _policy_of(
    name: str, policy: FileSystemStoragePathSourceConfig.ServableVersionPolicy
) -> VersionPolicy:
    match policy.WhichOneof("policy_choice"):
        case "all":
            return All()
        case "specific" if not policy.specific.versions:
            raise invalid(f"Model {name!r} has a specific version policy without versions.")
        case "specific":
            return Specific(frozenset(policy.specific.versions))
        case _:
            return Latest(max(1, policy.latest.num_versions))
