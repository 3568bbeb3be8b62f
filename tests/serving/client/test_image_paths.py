import os

import pytest

from graftnet_tf.errors import GraftNetError
from serving.client.image_paths import image_paths


@pytest.fixture
def folder(tmp_path):
    for name in ("b.jpg", "a.PNG", "c,d.jpeg", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    return str(tmp_path)


def test_folders_patterns_and_lists(folder):
    assert image_paths([folder]) == [f"{folder}/{n}" for n in ("a.PNG", "b.jpg", "c,d.jpeg")]
    assert image_paths([f"{folder}/*.jp*g"]) == [f"{folder}/b.jpg", f"{folder}/c,d.jpeg"]
    assert image_paths([f"{folder}/b.jpg,{folder}/a.PNG", f"{folder}/notes.txt"]) == [
        f"{folder}/b.jpg",
        f"{folder}/a.PNG",
        f"{folder}/notes.txt",
    ]


def test_a_comma_may_be_part_of_a_name(folder):
    assert image_paths([f"{folder}/c,d.jpeg"]) == [f"{folder}/c,d.jpeg"]


def test_a_missing_file_is_kept_to_be_reported():
    assert image_paths(["missing.jpg"]) == ["missing.jpg"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "'' names no image"),
        (",", "',' names no image"),
        ("{folder}/*.gif", r"Pattern .*/\*\.gif matches no file"),
        ("{folder}/b.jpg,{folder}/?.bmp", r"Pattern .*/\?\.bmp matches no file"),
        ("{folder}/empty", r"Folder .*/empty has no \.jpg"),
    ],
)
def test_a_name_that_means_no_image_is_refused(folder, name, message):
    os.mkdir(f"{folder}/empty")
    with pytest.raises(GraftNetError, match=message):
        image_paths([f"{folder}/a.PNG", name.format(folder=folder)])
