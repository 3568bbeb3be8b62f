"""Tests of reading many image files at once."""

import pytest
import tensorflow as tf

from graftnet_tf.data import image_loading
from graftnet_tf.data.image_loading import (
    UnreadableImageError,
    process_all,
    process_parts,
    read_data,
)
from graftnet_tf.errors import GraftNetError


def test_results_come_in_the_order_of_the_paths():
    def function(path: str) -> int:
        if path == "b":
            raise UnreadableImageError("no")
        return ord(path)

    results = list(process_all(["c", "b", "a"], function, description="Letters"))
    assert [path for path, _ in results] == ["c", "b", "a"]
    assert results[0][1] == ord("c")
    assert isinstance(results[1][1], UnreadableImageError)


def test_a_folder_in_place_of_a_file_is_unreadable(tmp_path):
    with pytest.raises(UnreadableImageError, match="directory"):
        read_data(str(tmp_path))


@pytest.mark.parametrize("failures", [0, 3, 5])
def test_a_file_system_that_fails_for_a_while_is_asked_again(monkeypatch, failures):
    waited = fails_at_first(monkeypatch, failures)
    assert read_data("gs://bucket/a.jpg") == b"content"
    assert len(waited) == failures
    assert waited == sorted(waited)


def test_one_that_fails_lastingly_is_named(monkeypatch):
    waited = fails_at_first(monkeypatch, 1000)
    with pytest.raises(GraftNetError, match=r"^gs://bucket/a.jpg could not be read 6 times"):
        read_data("gs://bucket/a.jpg")
    assert len(waited) == 6


def fails_at_first(monkeypatch, failures):
    """Seconds that are waited, not in fact, for a file system that fails some times."""
    left, waited = [failures], []

    def read_bytes(path):
        left[0] -= 1
        if left[0] >= 0:
            raise tf.errors.UnavailableError(None, None, "The backend is away.")
        return b"content"

    monkeypatch.setattr(image_loading.atomic_files, "read_bytes", read_bytes)
    monkeypatch.setattr(image_loading.time, "sleep", waited.append)
    return waited


def test_parts_are_of_different_paths_and_results_in_their_order():
    parts = []

    def function(some):
        parts.append(tuple(some))
        return [path.upper() for path in some]

    results = list(process_parts(["c", "b", "c", "a"], function, part=2, description="Letters"))
    assert sorted(parts) == [("a",), ("c", "b")]
    assert results == [("c", "C"), ("b", "B"), ("a", "A")]
