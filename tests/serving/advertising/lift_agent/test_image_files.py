"""Image files as a source."""

import numpy as np
import pytest
from PIL import Image

from serving.advertising.lift_agent.image_files import ImageFiles, are_image_files
from serving.advertising.lift_agent.settings import SourceSettings
from serving.advertising.lift_agent.source import SourceError


@pytest.fixture
def folder(tmp_path):
    for name, level in (("c.png", 30), ("a.JPG", 10), ("b.jpeg", 20)):
        Image.new("RGB", (32, 24), (level, level, level)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def shown(source, **settings):
    """Rate, and grey and time of each picture."""
    with ImageFiles(SourceSettings(str(source), **settings)).opened() as stream:
        return stream.rate, [
            (round(picture.to_ndarray(format="rgb24").mean(), 1), time)
            for picture, time in stream.pictures
        ]


def test_a_folder_is_played_in_the_order_of_names(folder):
    assert shown(folder, image_seconds=0.5) == (2, [(10, 0), (20, 0.5), (30, 1)])


def test_a_pattern_and_a_single_file(folder):
    assert shown(folder / "*.[jJ]*")[1] == [(10, 0), (20, 1)]
    assert shown(folder / "c.png")[1] == [(30, 0)]


def test_a_folder_s_name_may_look_like_a_pattern(folder):
    odd = folder / "lift[1]"
    odd.mkdir()
    (folder / "c.png").rename(odd / "c.png")
    assert are_image_files(str(odd))
    assert shown(odd)[1] == [(30, 0)]


def test_a_broken_file_is_passed_over_and_takes_no_time(folder, caplog):
    (folder / "b.jpeg").write_bytes(b"\xff\xd8 no image")
    assert shown(folder)[1] == [(10, 0), (30, 1)]
    (record,) = caplog.records
    assert "b.jpeg is passed over: cannot identify image file" in record.getMessage()


def test_a_photograph_is_turned_upright(tmp_path):
    pixels = np.zeros((24, 32, 3), np.uint8)
    pixels[:, :16] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: to be turned clockwise
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    with ImageFiles(SourceSettings(str(tmp_path))).opened() as stream:
        upright = next(stream.pictures).picture.to_ndarray(format="rgb24")
    assert upright.shape == (32, 24, 3)
    assert upright[:16].min() == 255
    assert upright[16:].max() == 0


@pytest.mark.parametrize("name", ["*.gif", "empty", "gone.png"])
def test_no_image_file_is_an_error(folder, name):
    (folder / "empty").mkdir()
    with pytest.raises(SourceError, match=r"has no image file; expected \.jpg"):
        shown(folder / name)


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("lift/*.jpg", True),
        ("lift.png", True),
        ("lift?", True),
        ("lift.mp4", False),
        ("/dev/video0", False),
        ("rtsp://camera/stream?channel=1", False),
        ("http://camera/lift.jpg", False),
    ],
)
def test_which_sources_are_image_files(source, meant):
    assert are_image_files(source) is meant


def test_an_existing_video_whose_name_looks_like_a_pattern(tmp_path):
    (tmp_path / "lift[1].mp4").write_bytes(b"")
    assert not are_image_files(str(tmp_path / "lift[1].mp4"))
