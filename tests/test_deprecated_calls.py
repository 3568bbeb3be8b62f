"""What TensorFlow keeps for graphs of its first version is called in one module."""

import pathlib

ROOT = pathlib.Path(__file__).parents[1]
FOLDERS = ("graftnet_tf", "yolact_tf", "serving", "pipelines", "tests")
NAME = ".".join(("tf", "compat", "v1"))


def test_sessions_are_the_model_servers_alone():
    found = {
        str(path.relative_to(ROOT))
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if NAME in path.read_text()
    }
    assert found == {"serving/model_server/models/graph_session.py"}
