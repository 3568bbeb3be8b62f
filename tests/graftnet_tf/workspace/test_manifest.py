import os
import time

import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace import manifest


@pytest.fixture
def version(tmp_path):
    def write(directory, _):
        atomic_files.write_text(os.path.join(directory, "saved_model", "graph.pb"), "graph")
        atomic_files.write_text(os.path.join(directory, "weights.npz"), "weights")
        return {"last_block": 8}

    provenance = manifest.Provenance("graftnet-train-trunk --steps=5", {"steps": 5})
    build_info = manifest.BuildInfo({"tasks/bald": "aa"}, 3, time.monotonic() - 100, provenance)
    name = manifest.publish(
        str(tmp_path), write, kind="trunk", build_info=build_info, name="{:04d}".format
    )
    return tmp_path / name


def test_a_manifest_says_what_a_version_was_made_from(version):
    content = manifest.read(str(version))
    assert content["kind"] == "trunk"
    assert content["version"] == version.name == "0001"
    assert content["last_block"] == 8
    assert content["inputs"] == {"tasks/bald": "aa"}
    assert content["command"] == "graftnet-train-trunk --steps=5"
    assert content["flags"] == {"steps": 5}
    assert content["seed"] == 3
    assert content["seconds"] >= 100
    assert content["packages"]["tensorflow"] == tf.__version__
    assert set(content["files"]) == {"saved_model/graph.pb", "weights.npz"}


def test_an_intact_version_verifies(version):
    manifest.verify(str(version))


@pytest.mark.parametrize("name", ["weights.npz", "saved_model/graph.pb"])
def test_a_damaged_file_is_named(version, name):
    (version / name).write_text("flipped")
    with pytest.raises(GraftNetError, match=name):
        manifest.verify(str(version))


def test_a_missing_file_is_named(version):
    (version / "weights.npz").unlink()
    with pytest.raises(GraftNetError, match=r"weights\.npz"):
        manifest.verify(str(version))
