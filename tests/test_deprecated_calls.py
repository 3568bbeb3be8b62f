"""What TensorFlow warns of is not called; its first version's graphs are one module's."""

import logging
import pathlib

import pytest

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


def warn(place):
    logging.getLogger("tensorflow").warning(
        "From %s: %s (from %s) is deprecated and will be removed %s. %s",
        place,
        "load",
        "tensorflow",
        "in a future version",
        "Use another.",
    )


def test_a_deprecated_call_of_ours_fails_the_test_that_makes_it():
    with pytest.raises(AssertionError, match=r"serving/server\.py:7: load .*is deprecated"):
        warn(ROOT / "serving" / "server.py:7")


def test_other_packages_may_call_what_is_deprecated():
    warn(pathlib.Path(logging.__file__).parent / "load.py:7")
