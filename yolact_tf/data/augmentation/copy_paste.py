"""Objects cut out of other images and pasted in (Ghiasi et al., CVPR 2021)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from pycocotools import mask as run_lengths

from yolact_tf.data.augmentation.sample import Sample
from yolact_tf.data.augmentation.window import Patch, place
from yolact_tf.data.coco import AnnotatedImage
from yolact_tf.data.decoded_image import DecodedImage, DecodedObject

LEAST_VISIBLE = 0.1
"""An object that keeps less than this share of what was visible is no longer annotated."""

_HEIGHTS = (0.2, 1.3)
_STEP = (0.4, 1.0)


class Donor(NamedTuple):
    """An object to paste.

    Attributes:
      pixels: uint8 [h, w, 3], RGB, its box.
      mask: uint8 [h, w], 255 inside it.
      category: Number of the category, from 0.
    """

    pixels: np.ndarray
    mask: np.ndarray
    category: int


def pastable(image: AnnotatedImage) -> np.ndarray:
    """The objects that are no crowds, whole (off the image's rim) and not tiny, int [n], places in
    `image.objects`; told by their annotations."""
    masks = [found.segmentation for found in image.objects]
    if not masks:
        return np.empty(0, int)
    lows, sides = np.split(run_lengths.toBbox(masks), 2, axis=1)
    whole = (lows > 0).all(axis=1) & (lows + sides < [image.width, image.height]).all(axis=1)
    large = run_lengths.area(masks) > 0.01 * image.height * image.width
    single = np.array([not found.crowd for found in image.objects])
    return np.flatnonzero(whole & large & single)


def cut_out(found: DecodedObject, image: DecodedImage) -> Donor:
    """An object of an image, ready to paste."""
    x1, y1, x2, y2 = found.box
    return Donor(image.pixels[y1:y2, x1:x2], found.mask, found.category)


def copy_paste(
    sample: Sample,
    aspect: float,
    draw: Callable[[], Donor | None],
    most: int,
    rng: np.random.Generator,
) -> Sample:
    """Pastes one to `most` objects over a sample.

    Half of the time each lies anywhere, cut by the frame or not; otherwise they stand side
    by side on one ground, close or overlapping, as passengers of a lift do. What is covered
    is taken from the masks below.

    Args:
      sample: What to paste on; it is changed in place.
      aspect: Factor by which the sample's image is squashed in width against height.
      draw: Function that gives an object, or always None.
      most: Largest number pasted.
      rng: Source of chance.
    """
    size = len(sample.pixels)
    drawn = [draw() for _ in range(rng.integers(1, most, endpoint=True))]
    donors = [donor for donor in drawn if donor is not None]
    if not donors:
        return sample
    before = sample.masks.sum(axis=(1, 2))
    masks, classes = list(sample.masks), list(sample.classes)
    areas = list(before)
    for donor, box in zip(donors, _places(donors, aspect, size, rng), strict=True):
        alpha = place(donor.mask, box, size)
        pixels = place(donor.pixels, box, size)
        if alpha is None or pixels is None:
            continue
        _blend(sample.pixels, pixels, alpha)
        solid = alpha.pixels >= 128
        for mask in masks:
            mask[alpha.rows, alpha.columns][solid] = 0
        pasted = np.zeros((size, size), np.uint8)
        pasted[alpha.rows, alpha.columns] = solid
        masks.append(pasted)
        classes.append(donor.category)
        areas.append(solid.sum())
    stacked = np.array(masks, np.uint8).reshape(-1, size, size)
    visible = stacked.sum(axis=(1, 2)) >= LEAST_VISIBLE * np.array(areas)
    return Sample(sample.pixels, np.array(classes, np.int32), stacked).only(visible)


def _blend(below: np.ndarray, above: Patch, alpha: Patch) -> None:
    part = below[above.rows, above.columns]
    share = alpha.pixels[..., None].astype(np.uint16)
    part[:] = (above.pixels * share + part * (255 - share) + 127) // 255


def _places(
    donors: list[Donor], aspect: float, size: int, rng: np.random.Generator
) -> list[tuple[float, float, float, float]]:
    """Where each is pasted: x1, y1, x2, y2, pixels of the frame."""
    shapes = np.array([donor.mask.shape for donor in donors])
    together = rng.uniform() < 0.5
    least, greatest = np.log(_HEIGHTS)
    heights = size * np.exp(rng.uniform(least, greatest, len(donors)))
    if together:
        heights = heights[0] * rng.uniform(0.85, 1.15, len(donors))
    widths = heights * shapes[:, 1] / shapes[:, 0] * aspect
    if together:
        steps = np.cumsum(rng.uniform(*_STEP, len(donors)) * widths.mean())
        x = rng.uniform(0, size) + steps - steps.mean()
        feet = rng.uniform(0.6, 1.4) * size + rng.uniform(-0.03, 0.03, len(donors)) * heights
        y = np.maximum(feet, 0.5 * heights) - heights / 2
    else:
        x, y = rng.uniform(0, size, (2, len(donors)))
    boxes = np.stack([x - widths / 2, y - heights / 2, x + widths / 2, y + heights / 2], -1)
    return [tuple(box) for box in boxes.tolist()]
