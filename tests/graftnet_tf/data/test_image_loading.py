"""Tests of reading many images at once."""

import os

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.data.image_loading import (
    UnreadableImageError,
    decode_all,
    process_all,
    read_data,
)
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.io.image_decoding import decode_image

INPUT = Preprocessing(height=32, width=16)


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for name, size in {"a.jpg": (40, 60), "b.png": (64, 32), "c.jpg": (20, 20)}.items():
        Image.fromarray(rng.integers(0, 256, (*size, 3), np.uint8)).save(tmp_path / name)
    return tmp_path


def test_rows_hold_what_the_serving_decoder_and_letterbox_give(folder):
    paths = [str(folder / name) for name in ("b.png", "a.jpg", "c.jpg")]
    decoded = decode_all(paths, INPUT)
    assert decoded.images.shape == (3, 32, 16, 3)
    assert decoded.images.dtype == np.uint8
    assert decoded.unreadable == {}
    for path in paths:
        with open(path, "rb") as file:
            expected = INPUT.letterbox(decode_image(file.read())[None])[0]
        np.testing.assert_array_equal(decoded.images[decoded.rows[path]], expected)


def test_unreadable_files_are_listed_and_cost_no_row(folder):
    whole = (folder / "a.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "words.jpg").write_bytes(b"not an image" * 10)
    Image.new("RGB", (1, 1)).save(folder / "dot.png")
    names = ["cut.jpg", "a.jpg", "empty.jpg", "words.jpg", "dot.png", "gone.jpg", "c.jpg"]
    decoded = decode_all([str(folder / name) for name in names], INPUT)
    assert decoded.rows == {str(folder / "a.jpg"): 0, str(folder / "c.jpg"): 1}
    assert len(decoded.images) == 2
    reasons = {path.rsplit("/", 1)[1]: reason for path, reason in decoded.unreadable.items()}
    assert list(reasons) == ["cut.jpg", "empty.jpg", "words.jpg", "dot.png", "gone.jpg"]
    assert "Invalid JPEG" in reasons["cut.jpg"]
    assert reasons["empty.jpg"] == "The file is empty."
    assert reasons["words.jpg"] == "Not a JPEG or PNG image; its length in bytes is 120"
    assert reasons["dot.png"].endswith("height and width are 1, 1")
    assert "No such file" in reasons["gone.jpg"]
    assert not any(junk in reason for reason in reasons.values() for junk in ("{{", "[Op", "\n"))


def test_a_repeated_path_is_decoded_once(folder):
    path = str(folder / "a.jpg")
    decoded = decode_all([path, str(folder / "b.png"), path], INPUT)
    assert decoded.rows == {path: 0, str(folder / "b.png"): 1}
    assert len(decoded.images) == 2


def test_beyond_the_memory_limit_the_same_images_are_on_disk(folder):
    paths = [str(folder / "a.jpg"), str(folder / "missing.jpg"), str(folder / "c.jpg")]
    on_disk = decode_all(paths, INPUT, memory_limit=10)
    assert isinstance(on_disk.images, np.memmap)
    np.testing.assert_array_equal(on_disk.images, decode_all(paths, INPUT).images)


def test_room_on_the_disk_is_taken_before_it_is_needed(folder, monkeypatch):
    """A job that maps a file with holes is killed, without a word, when the disk is full."""
    monkeypatch.setattr(np, "memmap", lambda file, *_, shape, **__: _written(file, shape))
    images = decode_all([str(folder / "a.jpg")], INPUT, memory_limit=10).images
    assert images.shape == (1, 32, 16, 3)


def _written(file, shape):
    assert os.fstat(file.fileno()).st_blocks * 512 >= np.prod(shape)
    return np.empty(shape, np.uint8)


def test_no_paths_give_no_images():
    decoded = decode_all([], INPUT)
    assert decoded.images.shape == (0, 32, 16, 3)


def test_results_come_in_the_order_of_the_paths():
    def function(path: str) -> int:
        if path == "b":
            raise UnreadableImageError("no")
        return ord(path)

    results = list(process_all(["c", "b", "a"], function, description="Letters"))
    assert [path for path, _ in results] == ["c", "b", "a"]
    assert results[0][1] == ord("c")
    assert isinstance(results[1][1], UnreadableImageError)


def test_a_folder_in_place_of_a_file_is_unreadable(folder):
    with pytest.raises(UnreadableImageError, match="directory"):
        read_data(str(folder))
