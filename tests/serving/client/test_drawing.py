import io

import numpy as np
import pytest
from PIL import Image, ImageColor

from serving.client.drawing import COLOURS, draw
from serving.client.results import ImageResult, Passenger, SnapshotResult

WHITE = (255, 255, 255)


def black(width, height, **options):
    content = io.BytesIO()
    Image.new("RGB", (width, height)).save(content, "PNG", **options)
    return content.getvalue()


def colours_right_of(page, left):
    """The colours beside the image."""
    return {colour for _, colour in page.crop((left, 0, *page.size)).getcolors(1 << 24)}


def result(**scores):
    return ImageResult("a", scores, {name: score >= 0.5 for name, score in scores.items()})


def passenger(box):
    return Passenger(box, 0.9, {"bald": 0.8, "suit": 0.1}, {"bald": True, "suit": False}, {})


def test_a_small_image_is_enlarged_with_its_attributes_beside_it():
    page = draw(black(20, 42), result(bald=0.75))
    assert page.height == 420
    assert page.getpixel((199, 419)) == (0, 0, 0)
    shown = colours_right_of(page, 200)
    assert {WHITE, ImageColor.getrgb(COLOURS[0])} <= shown


def test_an_attribute_not_shown_is_grey():
    colour = ImageColor.getrgb(COLOURS[0])
    assert colour not in colours_right_of(draw(black(20, 42), result(bald=0.25)), 200)


def test_a_bar_is_as_long_as_its_score():
    page = np.asarray(draw(black(20, 42), result(bald=0.5, suit=1.0)))
    rows = (page == ImageColor.getrgb(COLOURS[0])).all(axis=2).sum(axis=1)
    lengths = sorted(set(rows[rows > 0]))
    assert lengths[-1] == pytest.approx(2 * lengths[0], abs=1)


def test_more_attributes_than_fit_go_into_a_second_column():
    few = draw(black(20, 42), result(**{f"a{n}": 0.9 for n in range(5)}))
    many = draw(black(20, 42), result(**{f"a{n}": 0.9 for n in range(25)}))
    assert many.height == few.height
    assert many.width > few.width


def test_boxes_stand_where_people_are_in_colours_of_their_own():
    people = (passenger((10, 20, 60, 200)), passenger((100, 20, 160, 200)))
    page = draw(black(400, 840), SnapshotResult("a", people))
    for colour, (left, right) in zip(COLOURS, ((10, 60), (100, 160)), strict=False):
        assert page.getpixel((left + 1, 100)) == ImageColor.getrgb(colour)
        assert page.getpixel((right - 1, 100)) == ImageColor.getrgb(colour)
        assert page.getpixel(((left + right) // 2, 100)) == (0, 0, 0)


def test_an_empty_snapshot_says_so():
    assert len(colours_right_of(draw(black(20, 420), SnapshotResult("a")), 20)) > 1


def test_an_image_on_its_side_is_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert draw(black(840, 420, exif=exif), result(bald=0.9)).height == 840
