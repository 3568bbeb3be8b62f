"""Tests of reading images by row."""

import hashlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from graftnet_tf.data.image_reader import ImageReader, UnreadableRowsError
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import patient_reading
from graftnet_tf.io.image_decoding import decode_image
from graftnet_tf.io.unreadable_log import UnreadableLog
from tests.graftnet_tf.data.unsteady_files import unsteady_files

INPUT = Preprocessing(height=32, width=16)
SIZES = {"a.jpg": (40, 60), "b.png": (64, 32), "c.jpg": (20, 20), "d.png": (32, 16)}


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for name, size in SIZES.items():
        Image.fromarray(rng.integers(0, 256, (*size, 3), np.uint8)).save(tmp_path / name)
    return tmp_path


def reader_of(folder, *lists, workers=4):
    """A reader of some lists of names, with the hashes of the files as they are."""
    paths = [[str(folder / name) for name in names] for names in lists]
    contents = [digest(path) for some in paths for path in some]
    return ImageReader(paths, np.stack(contents), INPUT, workers=workers)


def digest(path):
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return np.zeros(32, np.uint8)
    return np.frombuffer(hashlib.sha256(content).digest(), np.uint8)


@pytest.mark.parametrize("workers", [1, 3])
def test_rows_of_several_lists_are_what_serving_decodes_and_letterboxes(folder, workers):
    reader = reader_of(folder, ["b.png", "a.jpg"], ["c.jpg", "d.png", "a.jpg"], workers=workers)
    assert len(reader) == 5
    images = reader.read(np.array([4, 0, 2, 2, 3]))
    assert images.dtype == np.uint8
    for image, name in zip(images, ["a.jpg", "b.png", "c.jpg", "c.jpg", "d.png"], strict=True):
        expected = INPUT.letterbox(decode_image((folder / name).read_bytes())[None])[0]
        np.testing.assert_array_equal(image, expected)
    assert reader.reasons == {}


def test_unreadable_files_are_told_with_their_reasons(folder, caplog):
    whole = (folder / "a.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "words.jpg").write_bytes(b"not an image" * 10)
    Image.new("RGB", (1, 1)).save(folder / "dot.png")
    names = ["cut.jpg", "a.jpg", "empty.jpg", "words.jpg", "dot.png", "gone.jpg", "c.jpg"]
    reader = reader_of(folder, names)
    left, images = reader.readable(np.arange(7), reader.read)
    assert left.tolist() == [1, 6]
    assert len(images) == 2
    assert np.flatnonzero(reader.unreadable).tolist() == [0, 2, 3, 4, 5]
    reasons = {path.rsplit("/", 1)[1]: reason for path, reason in reader.reasons.items()}
    assert sorted(reasons) == ["cut.jpg", "dot.png", "empty.jpg", "gone.jpg", "words.jpg"]
    assert "Invalid JPEG" in reasons["cut.jpg"]
    assert reasons["empty.jpg"] == "The file is empty."
    assert reasons["words.jpg"] == "Not a JPEG or PNG image; its length in bytes is 120"
    assert reasons["dot.png"].endswith("height and width are 1, 1")
    assert reasons["gone.jpg"] == "It could not be read when its hash was taken."
    assert not any(junk in reason for reason in reasons.values() for junk in ("{{", "[Op", "\n"))
    assert caplog.text.count("cut.jpg") == 1


def test_nothing_readable_is_nothing_read(folder):
    reader = reader_of(folder, ["a.jpg"])
    (folder / "a.jpg").unlink()
    with pytest.raises(UnreadableRowsError):
        reader.read(np.array([0]))
    assert "No such file" in reader.reasons[str(folder / "a.jpg")]
    left, images = reader.readable(np.array([0, 0]), reader.read)
    assert (left.tolist(), images) == ([], None)


def test_a_copy_stands_for_a_file_that_is_gone(folder):
    (folder / "copy.jpg").write_bytes((folder / "a.jpg").read_bytes())
    reader = reader_of(folder, ["a.jpg", "b.png"], ["copy.jpg"])
    before = reader.read(np.array([0]))
    (folder / "a.jpg").unlink()
    np.testing.assert_array_equal(reader.read(np.array([0])), before)
    assert not reader.unreadable.any()
    (folder / "copy.jpg").unlink()
    left, _ = reader.readable(np.array([1, 0, 2]), reader.read)
    assert left.tolist() == [1]
    assert reader.unreadable.tolist() == [True, False, True]


def test_too_little_memory_for_all_at_once_is_enough_for_one_at_a_time(folder, monkeypatch):
    reader = reader_of(folder, ["a.jpg", "b.png", "c.jpg"])
    expected, fit = reader.read(np.arange(3)), reader._fit

    def poor(contents):
        if len(contents) > 1:
            raise tf.errors.ResourceExhaustedError(None, None, "Out of memory.")
        return fit(contents)

    monkeypatch.setattr(reader, "_fit", poor)
    np.testing.assert_array_equal(reader.read(np.arange(3)), expected)
    assert not reader.unreadable.any()
    monkeypatch.setattr(reader, "_fit", lambda contents: poor([b"", b""]))
    with pytest.raises(tf.errors.ResourceExhaustedError):
        reader.read(np.arange(3))


def test_a_file_that_is_another_than_was_listed_is_refused(folder):
    reader = reader_of(folder, ["a.jpg", "c.jpg"])
    (folder / "c.jpg").write_bytes((folder / "a.jpg").read_bytes())
    assert len(reader.read(np.array([0]))) == 1
    with pytest.raises(GraftNetError, match=r"c\.jpg has changed since it was listed \(sha256"):
        reader.read(np.array([0, 1]))


def test_what_a_run_found_is_known_when_it_goes_on(folder, tmp_path):
    log = str(tmp_path / "run" / "unreadable.json")
    first = reader_of(folder, ["a.jpg", "gone.jpg"])
    first.keep_log(UnreadableLog(log))
    first.readable(np.arange(2), first.read)
    again = reader_of(folder, ["a.jpg", "gone.jpg"], ["gone.jpg", "c.jpg"])
    again.keep_log(UnreadableLog(log))
    assert again.unreadable.tolist() == [False, True, True, False]
    assert again.reasons == first.reasons


def test_what_was_found_before_there_was_a_log_is_in_it(folder, tmp_path):
    (folder / "words.jpg").write_bytes(b"not an image" * 10)
    reader = reader_of(folder, ["a.jpg", "words.jpg"])
    reader.readable(np.arange(2), reader.read)
    log = str(tmp_path / "run" / "unreadable.json")
    reader.keep_log(UnreadableLog(log))
    assert UnreadableLog(log).reasons == reader.reasons
    assert list(reader.reasons) == [str(folder / "words.jpg")]


@pytest.mark.parametrize("failures", [0, 5])
def test_a_file_system_that_is_away_for_a_while_changes_no_image(folder, monkeypatch, failures):
    files, names = unsteady_files(), list(SIZES)
    paths = [[files.path(folder / name) for name in names]]
    contents = np.stack([digest(folder / name) for name in names])
    waited = []
    monkeypatch.setattr(patient_reading.time, "sleep", waited.append)
    reader, before = ImageReader(paths, contents, INPUT, workers=1), files.opened
    files.fail(failures)
    rows = np.arange(len(names))
    np.testing.assert_array_equal(reader.read(rows), reader_of(folder, names).read(rows))
    assert not reader.reasons
    assert len(waited) == failures
    assert files.opened - before == len(names) + failures


def test_one_that_stays_away_stops_the_run_and_takes_no_image_for_unreadable(folder, monkeypatch):
    files, waited = unsteady_files(), []
    reader = ImageReader(
        [[files.path(folder / "a.jpg")]], np.stack([digest(folder / "a.jpg")]), INPUT
    )
    monkeypatch.setattr(patient_reading.time, "sleep", waited.append)
    files.fail(1000)
    with pytest.raises(GraftNetError, match=r"unsteady://.*a\.jpg could not be read 6 times"):
        reader.read(np.array([0]))
    files.fail(0)
    assert len(waited) == 6
    assert not reader.unreadable.any()
    assert len(reader.read(np.array([0]))) == 1
