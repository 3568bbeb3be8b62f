import os
from unittest import mock

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.errors import GraftNetError
from graftnet_tf.features import feature_cache
from graftnet_tf.io import atomic_files
from graftnet_tf.mining import trunk_features
from graftnet_tf.mining.trunk_features import TrunkFeatureReader
from graftnet_tf.trunk.trunk import Trunk
from tests.counted_opens import counted_opens
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


def digest(path):
    if not os.path.exists(path):
        return bytes(32)
    return bytes.fromhex(atomic_files.sha256(path))


def listed(trunk, paths):
    """A reader of files that were listed as they are."""
    contents = np.frombuffer(b"".join(map(digest, paths)), np.uint8).reshape(-1, 32)
    return ImageReader([paths], contents, trunk.preprocessing)


def read(trunk, paths, directory, **limit):
    return TrunkFeatureReader(trunk, str(directory), **limit).read(listed(trunk, paths))


def test_features_are_the_last_block_s_averages(trained, trunk, paths, tmp_path):
    images = listed(trunk, paths)
    rows, vectors = TrunkFeatureReader(trunk, str(tmp_path)).read(images)
    assert rows.tolist() == list(range(1, COUNT + 1))
    assert list(images.reasons) == [paths[0]]
    people = tf.stack([tf.io.decode_png(tf.io.read_file(path), channels=3) for path in paths[1:]])
    served = tf.saved_model.load(os.path.join(trunk.directory, "saved_model"))
    inputs = served.signatures["preprocess"](images=people)["inputs"]
    taps = served.signatures["taps"](inputs=inputs)[f"block{trunk.last_block}"]
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, tf.reduce_mean(taps, axis=[1, 2]), atol=1e-4)


@pytest.mark.usefixtures("ready_blocks")
def test_what_was_computed_is_read_again_without_the_network(trunk, paths, tmp_path):
    first = read(trunk, paths, tmp_path)
    with mock.patch.object(Trunk, "blocks", side_effect=AssertionError):
        again = read(trunk, paths[1:], tmp_path)
    np.testing.assert_array_equal(again[0], first[0] - 1)
    np.testing.assert_array_equal(again[1], first[1])


@pytest.mark.usefixtures("ready_blocks")
def test_what_was_computed_is_read_again_without_its_image(trained, trunk, paths, tmp_path):
    first = read(trunk, paths[1:], tmp_path)
    images = listed(trunk, paths)
    with counted_opens(trained.workspace.root) as opened:
        rows, vectors = TrunkFeatureReader(trunk, str(tmp_path)).read(images)
    assert opened == {UNREADABLE: 1}
    assert rows.tolist() == list(range(1, COUNT + 1))
    np.testing.assert_array_equal(vectors, first[1])


@pytest.fixture
def decoded():
    """How many images were asked for to be decoded, a number for each batch."""
    counts: list[int] = []
    whole = ImageReader.read

    def counted(self, rows):
        counts.append(len(rows))
        return whole(self, rows)

    with mock.patch.object(ImageReader, "read", counted):
        yield counts


@pytest.mark.usefixtures("ready_blocks")
def test_a_killed_run_goes_on_where_it_was(trunk, paths, tmp_path, decoded):
    whole = read(trunk, paths[1:], tmp_path / "whole")
    decoded.clear()
    counted = ImageReader.read

    def killed(self, rows):
        if len(decoded) == 4:
            raise Killed
        return counted(self, rows)

    with mock.patch.object(ImageReader, "read", killed), pytest.raises(Killed):
        read(trunk, paths[1:], tmp_path / "killed")
    assert decoded == [3, 2, 3, 2]
    decoded.clear()
    found = read(trunk, paths[1:], tmp_path / "killed")
    assert decoded == [2], "two shards of three were kept"
    np.testing.assert_array_equal(found[1], whole[1])


@pytest.mark.usefixtures("ready_blocks")
def test_an_image_that_was_replaced_is_computed_anew_once_it_is_listed_again(
    trained, trunk, tmp_path
):
    path = str(tmp_path / "one.png")
    one, other = (trained.workspace.path(f"images/person0{number}.png") for number in (0, 1))
    tf.io.gfile.copy(one, path)
    _, before = read(trunk, [path], tmp_path / "cache")
    former = listed(trunk, [path])
    tf.io.gfile.copy(other, path, overwrite=True)
    with pytest.raises(GraftNetError, match=r"one\.png has changed since it was listed"):
        TrunkFeatureReader(trunk, str(tmp_path / "new")).read(former)
    _, after = read(trunk, [path], tmp_path / "cache")
    np.testing.assert_array_equal(after, read(trunk, [other], tmp_path / "cache")[1])
    assert not np.array_equal(after, before)


@pytest.mark.usefixtures("ready_blocks")
@pytest.mark.parametrize("place", [0, 6, COUNT - 1])
def test_a_new_image_costs_its_own_features_wherever_it_stands(
    trunk, paths, tmp_path, decoded, place
):
    people = paths[1:]
    new = people.pop(place)
    _, before = read(trunk, people, tmp_path)
    decoded.clear()
    _, after = read(trunk, [new, *people], tmp_path)
    assert decoded == [1]
    np.testing.assert_array_equal(after[1:], before)


@pytest.mark.usefixtures("ready_blocks")
def test_another_list_of_the_same_images_costs_nothing(trunk, paths, tmp_path, decoded):
    _, before = read(trunk, paths[1:], tmp_path)
    decoded.clear()
    rows, after = read(trunk, [paths[3], *paths[:0:-2]], tmp_path)
    assert decoded == []
    assert rows.tolist() == list(range(7))
    np.testing.assert_array_equal(after, before[[2, 11, 9, 7, 5, 3, 1]])


@pytest.mark.usefixtures("ready_blocks")
@pytest.mark.parametrize("limit", [0, 30_000])
def test_what_does_not_fit_the_limit_is_the_same(trunk, paths, tmp_path, limit):
    whole = read(trunk, paths, tmp_path / "whole")
    small = read(trunk, paths, tmp_path / "small", limit=limit)
    np.testing.assert_array_equal(small[0], whole[0])
    np.testing.assert_array_equal(small[1], whole[1])
    sizes = [path.stat().st_size for path in (tmp_path / "small").rglob("*.features")]
    assert sum(sizes) <= limit


@pytest.mark.usefixtures("ready_blocks")
@pytest.mark.parametrize("limit", [0, 10**9])
def test_an_unreadable_image_costs_a_second_look_at_its_own_batch(
    trunk, paths, tmp_path, decoded, limit
):
    some = [*paths[1:5], paths[0]]
    rows, vectors = read(trunk, some, tmp_path, limit=limit)
    assert rows.tolist() == [0, 1, 2, 3]
    assert decoded == [3, 2, 1]
    decoded.clear()
    np.testing.assert_array_equal(vectors, read(trunk, paths[1:5], tmp_path)[1])
    assert decoded == ([] if limit else [3, 1])


@pytest.mark.usefixtures("ready_blocks")
def test_a_missing_file_is_told_and_leaves_no_trace_in_the_cache(trunk, paths, tmp_path):
    path = str(tmp_path / "one.png")
    unknown = listed(trunk, [path, paths[0]])
    tf.io.gfile.copy(paths[1], path)
    images = listed(trunk, [path, paths[2]])
    os.remove(path)
    reader = TrunkFeatureReader(trunk, str(tmp_path / "cache"))
    assert reader.read(images)[0].tolist() == [1]
    assert "No such file" in images.reasons[path]
    rows, vectors = reader.read(unknown)
    assert (rows.tolist(), vectors.shape) == ([], (0, 288))
    assert list(unknown.reasons) == [path, paths[0]]
    np.testing.assert_array_equal(reader.read(listed(trunk, [paths[1]]))[0], [0])
