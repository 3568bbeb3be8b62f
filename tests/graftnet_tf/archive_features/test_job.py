"""Vectors of an archive: those that minings use, streamed back as they were written."""

import json

import numpy as np
import pytest

from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.mining.trunk_features import TrunkFeatureReader
from graftnet_tf.trunk.trunk import Trunk
from tests.trained_workspace import COUNT, UNREADABLE

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from graftnet_tf.archive_features.job import extract_features
from graftnet_tf.archive_features.reading import read_features


@pytest.fixture
def extract(trained, tmp_path):
    """Extracts the features of the workspace's images, in parts of 5 and batches of 3."""

    def call(**settings):
        settings = {"batch_size": 3, "part_size": 5, **settings}
        images = [trained.workspace.path("images")]
        return extract_features(trained.workspace, images, str(tmp_path / "out"), **settings)

    return call


def test_the_vectors_are_those_of_minings(extract, trained, tmp_path):
    summary = extract()
    assert (summary.images, summary.rows, summary.dead_letters) == (COUNT + 1, COUNT, 1)
    parts = list(read_features(str(tmp_path / "out")))
    assert [len(part.sources) for part in parts] == [4, 5, 3]
    sources = [source for part in parts for source in part.sources]
    trunk = Trunk.open(trained.workspace)
    hashes = [atomic_files.sha256(source) for source in sources]
    assert [one for part in parts for one in part.hashes] == hashes
    contents = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(-1, 32)
    images = ImageReader([sources], contents, trunk.preprocessing)
    rows, vectors = TrunkFeatureReader(trunk, str(tmp_path / "cache")).read(images)
    assert rows.tolist() == list(range(COUNT))
    found = np.concatenate([part.vectors for part in parts])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, vectors, rtol=1e-5, atol=1e-6)
    assert np.ptp(found, axis=0).max() > 0.01, "images differ"


def test_an_image_without_features_has_a_dead_letter(extract, trained, tmp_path):
    extract()
    [letter] = map(json.loads, (tmp_path / "out" / "dead_letters.jsonl").read_text().splitlines())
    assert letter["source"] == trained.workspace.path(UNREADABLE)
    assert letter["reason"]


def test_another_block_has_vectors_of_its_own_and_another_output(extract, tmp_path):
    extract(block=0)
    assert next(read_features(str(tmp_path / "out"))).vectors.shape == (4, 256)
    with pytest.raises(GraftNetError, match=r"features made with other settings \(block 0 there"):
        extract()


def test_a_block_that_the_trunk_has_not_is_refused(extract, tmp_path):
    with pytest.raises(GraftNetError, match="Block 10 asked for"):
        extract(block=10)
    assert not (tmp_path / "out").exists()


def test_features_that_are_not_whole_are_not_read(extract, tmp_path):
    with pytest.raises(GraftNetError, match="has no whole features"):
        list(read_features(str(tmp_path / "out")))
    extract()
    table = min((tmp_path / "out" / "features").iterdir())
    table.write_bytes(table.read_bytes() + b"more")
    with pytest.raises(GraftNetError, match=f"{table.name} is not as it was written"):
        list(read_features(str(tmp_path / "out")))
