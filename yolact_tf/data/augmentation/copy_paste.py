"""Objects cut out of other images and pasted in (Ghiasi et al., CVPR 2021)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from pycocotools import mask as run_lengths

from yolact_tf.data.augmentation.sample import Sample, tight_boxes
from yolact_tf.data.augmentation.window import Patch, place
from yolact_tf.data.coco import AnnotatedImage
from yolact_tf.data.decoded_image import DecodedImage, DecodedObject
from yolact_tf.data.ground_truth import CROWD

LEAST_VISIBLE = 0.1
"""An object that keeps less than this share of what was visible is no longer annotated."""

MOST_COVERED = 0.2
"""An object of which only the box is known and that loses more than this share of it: nobody knows
what is left of it, and it becomes a crowd, neither learnt nor held against the network."""

_HEIGHTS = (0.2, 1.3)
_STEP = (0.4, 1.0)
_BEFORE_HEIGHTS = (0.9, 1.3)  # of those who stand behind
_BEFORE_STEP = (0.2, 0.7)  # of the mean of both widths
_BEFORE_FEET = (0.0, 0.15)  # of the height, below the feet of those behind


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
    """The objects with masks that are no crowds, whole (off the image's rim) and not tiny, int [n],
    places in `image.objects`; told by their annotations."""
    masks = [found.segmentation for found in image.objects]
    if not masks:
        return np.empty(0, int)
    lows, sides = np.split(run_lengths.toBbox(masks), 2, axis=1)
    whole = (lows > 0).all(axis=1) & (lows + sides < [image.width, image.height]).all(axis=1)
    large = run_lengths.area(masks) > 0.01 * image.height * image.width
    single = np.array([not found.crowd and found.mask_annotated for found in image.objects])
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
    overlap: float = 0.0,
) -> Sample:
    """Pastes one to `most` objects over a sample.

    Half of the time each lies anywhere, cut by the frame or not; otherwise they stand side
    by side on one ground, close or overlapping, as passengers of a lift do. What is covered
    is taken from the masks below.

    With `overlap` each rather stands before an object that was there: about as high, its feet at
    or below that one's, its middle aside by a fifth to seven tenths of their widths, so that it
    covers a part. Those whose feet are lowest lie above the others.

    Args:
      sample: What to paste on; it is changed in place.
      aspect: Factor by which the sample's image is squashed in width against height.
      draw: Function that gives an object, or always None.
      most: Largest number pasted.
      rng: Source of chance.
      overlap: Probability of standing before what was there, if anything was.
    """
    size = len(sample.pixels)
    drawn = [draw() for _ in range(rng.integers(1, most, endpoint=True))]
    donors = [donor for donor in drawn if donor is not None]
    if not donors:
        return sample
    areas = list(sample.masks.sum(axis=(1, 2)))
    masks, classes = list(sample.masks), list(sample.classes)
    behind = tight_boxes(sample.masks[sample.classes >= 0])
    if overlap and len(behind) and rng.uniform() < overlap:
        boxes = _before(donors, behind, aspect, rng)
    else:
        boxes = _places(donors, aspect, size, rng)
    for donor, box in zip(donors, boxes, strict=True):
        alpha = place(donor.mask, box, size)
        pixels = place(donor.pixels, box, size)
        if alpha is None or pixels is None:
            continue
        _blend(sample.pixels, pixels, alpha)
        solid = alpha.pixels >= 128
        for mask in masks:
            mask[alpha.rows, alpha.columns][solid] = 0
        _hide(sample.keypoints, alpha, solid)
        pasted = np.zeros((size, size), np.uint8)
        pasted[alpha.rows, alpha.columns] = solid
        masks.append(pasted)
        classes.append(donor.category)
        areas.append(solid.sum())
    stacked = np.array(masks, np.uint8).reshape(-1, size, size)
    shares = stacked.sum(axis=(1, 2)) / np.maximum(areas, 1)
    made = Sample.of_masks(sample.pixels, np.array(classes, np.int32), stacked)
    there = len(sample.classes)
    made.mask_annotated[:there] = sample.mask_annotated
    made.keypoints[:there] = sample.keypoints
    made.classes[~made.mask_annotated & (shares < 1 - MOST_COVERED)] = CROWD
    return made.only(shares >= LEAST_VISIBLE)


def _hide(keypoints: np.ndarray, alpha: Patch, solid: np.ndarray) -> None:
    """Makes those of [n, K, 2] that are covered NaN."""
    x, y = np.moveaxis(np.floor(np.nan_to_num(keypoints, nan=-1)).astype(int), -1, 0)
    x, y = x - alpha.columns.start, y - alpha.rows.start
    height, width = solid.shape
    within = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    keypoints[within & solid[y.clip(0, height - 1), x.clip(0, width - 1)]] = np.nan


def _blend(below: np.ndarray, above: Patch, alpha: Patch) -> None:
    part = below[above.rows, above.columns]
    share = alpha.pixels[..., None].astype(np.uint16)
    part[:] = (above.pixels * share + part * (255 - share) + 127) // 255


def _before(
    donors: list[Donor], behind: np.ndarray, aspect: float, rng: np.random.Generator
) -> list[tuple[float, float, float, float]]:
    """Where each is pasted to cover a part of one of `behind`, [n, 4]; as of `_places`.

    `donors` is put into the order of the feet, the lowest last.
    """
    count = len(donors)
    x1, y1, x2, y2 = behind[rng.integers(len(behind), size=count)].T
    heights = (y2 - y1) * rng.uniform(*_BEFORE_HEIGHTS, count)
    shapes = np.array([donor.mask.shape for donor in donors])
    widths = heights * shapes[:, 1] / shapes[:, 0] * aspect
    steps = rng.uniform(*_BEFORE_STEP, count) * rng.choice([-1, 1], count)
    x = (x1 + x2) / 2 + steps * (widths + x2 - x1) / 2
    feet = y2 + rng.uniform(*_BEFORE_FEET, count) * heights
    boxes = np.stack([x - widths / 2, feet - heights, x + widths / 2, feet], -1)
    order = np.argsort(feet, kind="stable")
    donors[:] = [donors[place] for place in order]
    return [tuple(box) for box in boxes[order].tolist()]


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
