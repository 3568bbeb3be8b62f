import os
from unittest import mock

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.data import image_loading as image_files
from graftnet_tf.features import feature_cache
from graftnet_tf.mining import trunk_features
from graftnet_tf.mining.trunk_features import TrunkFeatureReader
from graftnet_tf.trunk.trunk import Trunk
from tests.killed_runs import Killed
from tests.trained_workspace import COUNT, UNREADABLE


@pytest.fixture
def trunk(trained):
    return Trunk.open(trained.workspace)


@pytest.fixture
def paths(trained):
    names = [f"images/person{number:02d}.png" for number in range(COUNT)]
    return [trained.workspace.path(name) for name in (UNREADABLE, *names)]


@pytest.fixture
def ready_blocks(trained):
    """The trunk's blocks as they are in memory, which need no loading."""
    with mock.patch.object(Trunk, "blocks", return_value=trained.blocks):
        yield


@pytest.fixture(autouse=True)
def _small_shards():
    with (
        mock.patch.object(feature_cache, "SHARD", 5),
        mock.patch.object(trunk_features, "_BATCH", 3),
    ):
        yield


def images(paths):
    return [tf.io.decode_png(tf.io.read_file(path), channels=3) for path in paths]


def test_features_are_the_last_block_s_averages(trained, trunk, paths, tmp_path):
    found = TrunkFeatureReader(trunk, str(tmp_path)).read(paths)
    assert list(found.rows) == paths[1:]
    assert list(found.unreadable) == [paths[0]]
    assert found.unreadable[paths[0]]
    served = tf.saved_model.load(os.path.join(trunk.directory, "saved_model"))
    inputs = served.signatures["preprocess"](images=tf.stack(images(paths[1:])))["inputs"]
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

    def killed(self, some, readers):
        if len(batches) == 2:
            raise Killed
        batches.append(len(some))
        return computed(self, some, readers)

    with mock.patch.object(TrunkFeatureReader, "_computed", killed), pytest.raises(Killed):
        reader.read(paths)
    assert batches == [5, 5]
    batches.clear()
    with mock.patch.object(TrunkFeatureReader, "_computed", killed):
        found = reader.read(paths)
    assert batches == [3], "two shards of three were kept"
    np.testing.assert_array_equal(found.vectors, whole.vectors)


@pytest.mark.usefixtures("ready_blocks")
def test_a_changed_image_is_computed_anew(trained, trunk, tmp_path):
    path = str(tmp_path / "one.png")
    one, other = (trained.workspace.path(f"images/person0{number}.png") for number in (0, 1))
    reader = TrunkFeatureReader(trunk, str(tmp_path / "cache"))
    tf.io.gfile.copy(one, path)
    before = reader.read([path])
    tf.io.gfile.copy(other, path, overwrite=True)
    after = reader.read([path])
    np.testing.assert_array_equal(after.vectors, reader.read([other]).vectors)
    assert not np.array_equal(after.vectors, before.vectors)
    assert after.content_hash != before.content_hash


@pytest.fixture
def computed():
    """How many images' features were computed, a number for each time."""
    counts: list[int] = []
    whole = TrunkFeatureReader._computed

    def counted(self, contents, readers):
        counts.append(len(contents))
        return whole(self, contents, readers)

    with mock.patch.object(TrunkFeatureReader, "_computed", counted):
        yield counts


@pytest.mark.usefixtures("ready_blocks")
@pytest.mark.parametrize("place", [0, 6, COUNT - 1])
def test_a_new_image_costs_its_own_features_wherever_it_stands(
    trunk, paths, tmp_path, computed, place
):
    people = paths[1:]
    new = people.pop(place)
    before = TrunkFeatureReader(trunk, str(tmp_path)).read(people)
    computed.clear()
    after = TrunkFeatureReader(trunk, str(tmp_path)).read([new, *people])
    assert computed == [1]
    np.testing.assert_array_equal(after.vectors[1:], before.vectors)


@pytest.mark.usefixtures("ready_blocks")
def test_another_list_of_the_same_images_costs_nothing(trunk, paths, tmp_path, computed):
    before = TrunkFeatureReader(trunk, str(tmp_path)).read(paths)
    computed.clear()
    after = TrunkFeatureReader(trunk, str(tmp_path)).read(paths[::-2])
    assert computed == []
    rows = [before.rows[path] for path in after.rows]
    np.testing.assert_array_equal(after.vectors, before.vectors[rows])


@pytest.mark.usefixtures("ready_blocks")
@pytest.mark.parametrize("limit", [0, 30_000])
def test_what_does_not_fit_the_limit_is_the_same(trunk, paths, tmp_path, limit):
    whole = TrunkFeatureReader(trunk, str(tmp_path / "whole")).read(paths)
    small = TrunkFeatureReader(trunk, str(tmp_path / "small"), limit=limit).read(paths)
    np.testing.assert_array_equal(small.vectors, whole.vectors)
    assert (small.rows, small.unreadable) == (whole.rows, whole.unreadable)
    sizes = [path.stat().st_size for path in (tmp_path / "small").rglob("*.features")]
    assert sum(sizes) <= limit


@pytest.mark.usefixtures("ready_blocks")
def test_every_file_is_read_once_and_one_that_is_missing_is_told(trunk, paths, tmp_path):
    missing = str(tmp_path / "missing.png")
    with mock.patch.object(trunk_features, "read_data", wraps=image_files.read_data) as read:
        found = TrunkFeatureReader(trunk, str(tmp_path / "cache")).read([missing, *paths])
    assert sorted(call.args[0] for call in read.call_args_list) == sorted([missing, *paths])
    assert list(found.unreadable) == [missing, paths[0]]
    assert "missing.png" in found.unreadable[missing]
    assert found.unreadable[paths[0]]
