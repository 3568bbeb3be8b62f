"""Tests of reading many image files at once."""

import pytest

from graftnet_tf.data.image_loading import (
    UnreadableImageError,
    process_all,
    process_parts,
    read_data,
)


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


def test_parts_are_of_different_paths_and_results_in_their_order():
    parts = []

    def function(some):
        parts.append(tuple(some))
        return [path.upper() for path in some]

    results = list(process_parts(["c", "b", "c", "a"], function, part=2, description="Letters"))
    assert sorted(parts) == [("a",), ("c", "b")]
    assert results == [("c", "C"), ("b", "B"), ("a", "A")]
