import pytest
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from graftnet_tf.errors import GraftNetError
from serving.model_server.models.model_config import models_of, read_config
from serving.model_server.models.version_policy import All, Latest, Specific
from tests.serving.model_server.number_models import config, specific

TEXT = """
model_config_list {
  config {
    name: "graftnet" base_path: "/models/graftnet" model_platform: "tensorflow"
    model_version_policy { latest { num_versions: 2 } }
    version_labels { key: "stable" value: 7 }
  }
  config { name: "yolact" base_path: "gs://bucket/yolact" model_version_policy { all {} } }
  config { name: "a" base_path: "/a" model_version_policy { specific { versions: [3, 5] } } }
  config { name: "b" base_path: "/b" }
}
"""


@pytest.mark.parametrize(
    ("policy", "chosen"),
    [
        (Latest(), [9]),
        (Latest(2), [4, 9]),
        (Latest(5), [1, 4, 9]),
        (Specific(frozenset({1, 9, 12})), [1, 9]),
        (All(), [1, 4, 9]),
    ],
    ids=repr,
)
def test_versions_chosen(policy, chosen):
    assert policy.choose([1, 4, 9]) == chosen
    assert policy.choose([]) == []
    assert policy.missing([1, 4, 9]) == ([12] if isinstance(policy, Specific) else [])


def test_a_configuration_is_read_from_text(tmp_path):
    path = tmp_path / "models.config"
    path.write_text(TEXT)
    graftnet, yolact, a, b = read_config(str(path))
    assert (graftnet.name, graftnet.base_path) == ("graftnet", "/models/graftnet")
    assert (graftnet.policy, graftnet.labels) == (Latest(2), {"stable": 7})
    assert yolact.policy == All()
    assert a.policy == Specific(frozenset({3, 5}))
    assert b.policy == Latest(1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (ModelServerConfig(), "model_config_list"),
        (config(a=("relative", {})), "absolute"),
        (config(a=("/a", specific())), "without versions"),
        (ModelServerConfig(model_config_list={"config": [{"base_path": "/a"}]}), "no name"),
        (
            ModelServerConfig(model_config_list={"config": [{"name": "a", "base_path": "/a"}] * 2}),
            "more than once",
        ),
        (
            ModelServerConfig(
                model_config_list={
                    "config": [{"name": "a", "base_path": "/a", "model_platform": "onnx"}]
                }
            ),
            "platform 'onnx'",
        ),
    ],
)
def test_what_is_wrong_with_a_configuration_is_said(wrong, message):
    with pytest.raises(GraftNetError, match=message):
        models_of(wrong)


@pytest.mark.parametrize("text", ["model_config_list { config { nmae: 'a' } }", "\0"])
def test_a_file_that_is_no_configuration_is_named(tmp_path, text):
    path = tmp_path / "models.config"
    path.write_text(text)
    with pytest.raises(GraftNetError, match=r"models\.config is not a fit ModelServerConfig"):
        read_config(str(path))
    with pytest.raises(GraftNetError, match="does not exist"):
        read_config(str(tmp_path / "missing"))
