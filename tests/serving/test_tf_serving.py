import pathlib

from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

import serving


def test_models_config_is_what_tf_serving_reads():
    path = pathlib.Path(serving.__file__).parent / "tf_serving" / "models.config"
    config = text_format.Parse(path.read_text(), ModelServerConfig())
    (model,) = config.model_config_list.config
    assert (model.name, model.model_platform) == ("graftnet", "tensorflow")
    assert model.base_path == "/models/graftnet"
    assert model.model_version_policy.latest.num_versions == 1
