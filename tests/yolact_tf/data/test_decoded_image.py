import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.yolact_tf.annotated_folder import annotation, content, rectangle, write
from yolact_tf.data.coco import ExifOrientation, read_coco
from yolact_tf.data.decoded_image import decode
from yolact_tf.errors import YolactError


def _image(folder, *annotations):
    return read_coco(write(str(folder), content(annotations)), str(folder)).images[0]


def test_a_small_image_keeps_its_pixels_and_masks(tmp_path):
    image = _image(tmp_path, annotation(1, 1, (10, 20, 30, 15)))
    decoded = decode(image, 80)
    np.testing.assert_array_equal(decoded.pixels, np.asarray(Image.open(image.path)))
    (found,) = decoded.objects
    assert found.box == (10, 20, 40, 35)
    assert found.mask.shape == (15, 30)
    assert (found.mask == 255).all()


def test_a_large_one_is_shrunk_with_its_masks(tmp_path):
    decoded = decode(_image(tmp_path, annotation(1, 1, (10, 20, 30, 16))), 40)
    assert decoded.pixels.shape == (30, 40, 3)
    assert decoded.objects[0].box == (5, 10, 20, 18)


def test_an_object_that_vanishes_is_left_out(tmp_path):
    speck = annotation(1, 1, (10, 20, 1, 1), segmentation=rectangle(10, 20, 1, 1))
    assert decode(_image(tmp_path, speck), 8).objects == ()


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1"])
def test_any_kind_of_pixels_becomes_rgb(tmp_path, mode):
    image = _image(tmp_path)
    Image.new(mode, (80, 60)).save(image.path)
    assert decode(image, 80).pixels.shape == (60, 80, 3)


def test_a_file_that_is_no_image_or_cut_short_is_named(tmp_path):
    image = _image(tmp_path)
    with open(image.path, "rb") as file:
        content_ = file.read()
    for damaged in (b"", b"no image", content_[: len(content_) // 2]):
        with open(image.path, "wb") as file:
            file.write(damaged)
        with pytest.raises(YolactError, match=r"1\.png cannot be decoded"):
            decode(image, 80)


def test_an_image_of_another_size_is_refused(tmp_path):
    image = _image(tmp_path)
    Image.new("RGB", (60, 80)).save(image.path)
    with pytest.raises(YolactError, match="60 x 80 pixels, but annotated as 80 x 60"):
        decode(image, 80)


@pytest.mark.parametrize(
    ("stored", "orientation", "policy", "turned"),
    [
        ((60, 80), 6, "raw", True),  # its size tells: annotated upright
        ((80, 60), 6, "upright", False),  # annotated as stored
        ((80, 60), 3, "upright", True),
        ((80, 60), 3, "raw", False),
        ((80, 60), 1, "raw", False),
    ],
)
def test_pixels_stand_as_they_were_annotated(tmp_path, stored, orientation, policy, turned):
    path = write(str(tmp_path), content([]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    drawn = Image.new("RGB", stored)
    drawn.paste("white", (0, 0, stored[0], stored[1] // 2))
    drawn.save(tmp_path / "1.png", exif=exif)
    annotated = read_coco(path, str(tmp_path), ExifOrientation(policy)).images[0]
    expected = ImageOps.exif_transpose(Image.open(tmp_path / "1.png")) if turned else drawn
    np.testing.assert_array_equal(decode(annotated, 80).pixels, np.asarray(expected))


def test_what_is_transparent_is_black(tmp_path):
    image = _image(tmp_path)
    Image.new("RGBA", (80, 60), (255, 255, 255, 0)).save(image.path)
    assert not decode(image, 80).pixels.any()
