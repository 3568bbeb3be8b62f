import os
from unittest import mock

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.mining import trunk_features
from graftnet_tf.mining.trunk_features import TrunkFeatureReader
from graftnet_tf.trunk import Trunk
from tests.killed_runs import Killed
from tests.trained_workspace import COUNT, UNREADABLE


@pytest.fixture
def trunk(trained):
    return Trunk.open(trained.workspace)


@pytest.fixture
def paths(trained):
    names = [f"pictures/person{number:02d}.png" for number in range(COUNT)]
    return [trained.workspace.path(name) for name in (UNREADABLE, *names)]


@pytest.fixture
def ready_blocks(trained):
    """The trunk's blocks as they are in memory, which need no loading."""
    with mock.patch.object(Trunk, "blocks", return_value=trained.blocks):
        yield


@pytest.fixture(autouse=True)
def _small_shards():
    with (
        mock.patch.object(trunk_features, "_SHARD", 5),
        mock.patch.object(trunk_features, "_BATCH", 3),
    ):
        yield


def pictures(paths):
    return [tf.io.decode_png(tf.io.read_file(path), channels=3) for path in paths]


def test_features_are_the_last_block_s_averages(trained, trunk, paths, tmp_path):
    found = TrunkFeatureReader(trunk, str(tmp_path)).read(paths)
    assert list(found.rows) == paths[1:]
    assert list(found.unreadable) == [paths[0]]
    assert found.unreadable[paths[0]]
    served = tf.saved_model.load(os.path.join(trunk.directory, "saved_model"))
    inputs = served.signatures["preprocess"](images=tf.stack(pictures(paths[1:])))["inputs"]
    taps = served.signatures["taps"](inputs=inputs)[f"block{trunk.last_block}"]
    expected = tf.reduce_mean(taps, axis=[1, 2])
    assert found.vectors.dtype == np.float32
    np.testing.assert_allclose(found.vectors, expected, atol=1e-4)


@pytest.mark.usefixtures("ready_blocks")
def test_what_was_computed_is_read_again_without_the_network(trunk, paths, tmp_path):
    first = TrunkFeatureReader(trunk, str(tmp_path)).read(paths)
    with mock.patch.object(Trunk, "blocks", side_effect=AssertionError):
        again = TrunkFeatureReader(trunk, str(tmp_path)).read(paths)
    np.testing.assert_array_equal(again.vectors, first.vectors)
    assert (again.rows, again.unreadable) == (first.rows, first.unreadable)
    assert again.content_hash == first.content_hash


@pytest.mark.usefixtures("ready_blocks")
def test_a_killed_run_goes_on_where_it_was(trunk, paths, tmp_path):
    whole = TrunkFeatureReader(trunk, str(tmp_path / "whole")).read(paths)
    reader = TrunkFeatureReader(trunk, str(tmp_path / "killed"))
    computed = TrunkFeatureReader._computed
    batches: list[int] = []

    def killed(self, some):
        if len(batches) == 4:
            raise Killed
        batches.append(len(some))
        return computed(self, some)

    with mock.patch.object(TrunkFeatureReader, "_computed", killed), pytest.raises(Killed):
        reader.read(paths)
    assert batches == [3, 2, 3, 2]
    batches.clear()
    with mock.patch.object(TrunkFeatureReader, "_computed", killed):
        found = reader.read(paths)
    assert batches == [3], "two shards of three were kept"
    np.testing.assert_array_equal(found.vectors, whole.vectors)


@pytest.mark.usefixtures("ready_blocks")
def test_a_changed_picture_is_computed_anew(trained, trunk, tmp_path):
    path = str(tmp_path / "one.png")
    one, other = (trained.workspace.path(f"pictures/person0{number}.png") for number in (0, 1))
    reader = TrunkFeatureReader(trunk, str(tmp_path / "cache"))
    tf.io.gfile.copy(one, path)
    before = reader.read([path])
    tf.io.gfile.copy(other, path, overwrite=True)
    after = reader.read([path])
    np.testing.assert_array_equal(after.vectors, reader.read([other]).vectors)
    assert not np.array_equal(after.vectors, before.vectors)
    assert after.content_hash != before.content_hash
