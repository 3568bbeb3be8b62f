import pytest

from serving.picture_paths import picture_paths


@pytest.fixture
def folder(tmp_path):
    for name in ("b.jpg", "a.PNG", "c,d.jpeg", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    return str(tmp_path)


def test_folders_patterns_and_lists(folder):
    assert picture_paths([folder]) == [f"{folder}/{n}" for n in ("a.PNG", "b.jpg", "c,d.jpeg")]
    assert picture_paths([f"{folder}/*.jp*g"]) == [f"{folder}/b.jpg", f"{folder}/c,d.jpeg"]
    assert picture_paths([f"{folder}/b.jpg,{folder}/a.PNG", f"{folder}/notes.txt"]) == [
        f"{folder}/b.jpg",
        f"{folder}/a.PNG",
        f"{folder}/notes.txt",
    ]


def test_a_comma_may_be_part_of_a_name(folder):
    assert picture_paths([f"{folder}/c,d.jpeg"]) == [f"{folder}/c,d.jpeg"]


def test_what_matches_nothing_is_kept_to_be_reported(folder):
    assert picture_paths([f"{folder}/*.gif"]) == [f"{folder}/*.gif"]
    assert picture_paths(["missing.jpg"]) == ["missing.jpg"]
