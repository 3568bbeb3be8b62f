"""A COCO segmentation as compressed run lengths, checked before pycocotools sees it.

pycocotools takes all memory, or ends the process, on coordinates that are not finite or far
outside the image.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from pycocotools import mask as run_lengths

from yolact_tf.data.coco_fields import number, numbers, shown

_REACH = 10
"""A polygon may reach this many times the image's longer side to each side of its corner."""

_CORNERS = 3


class UnusableError(Exception):
    """Why one annotation is left out, to follow its name in a sentence."""


class Mask(NamedTuple):
    """A mask, and how many polygons of it had fewer than three corners and were left out."""

    runs: Mapping[str, Any]
    scraps: int = 0


def compressed(segmentation: Any, height: int, width: int) -> Mask:
    """Run lengths of a mask.

    Args:
      segmentation: Polygons [[x, y, …], …], one polygon [x, y, …], or run lengths
        {"size": [height, width], "counts": a list or text}.
      height, width: Height and width of the image, pixels.

    Raises:
      UnusableError: it is none of these, not of this size, or not within `_REACH`.
    """
    if isinstance(segmentation, list):
        return _of_polygons(segmentation, height, width)
    if not isinstance(segmentation, dict) or not {"size", "counts"} <= segmentation.keys():
        raise UnusableError("has a mask that is neither polygons nor run lengths.")
    if segmentation["size"] != [height, width]:
        raise UnusableError(
            f"has a mask of {shown(segmentation['size'])} in an image of {[height, width]}."
        )
    return Mask(_of_counts(segmentation["counts"], height, width))


def filled_box(
    box: tuple[float, float, float, float], height: int, width: int
) -> Mapping[str, Any]:
    """Run lengths of a box, at least one pixel of it.

    Args:
      box: x1, y1, x2, y2, pixels, of an area inside the image.
      height, width: Height and width of the image, pixels.
    """
    lows = [min(round(low), side - 1) for low, side in zip(box[:2], (width, height), strict=True)]
    highs = [max(round(high), low + 1) for high, low in zip(box[2:], lows, strict=True)]
    mask = np.zeros((height, width), np.uint8, order="F")
    mask[lows[1] : highs[1], lows[0] : highs[0]] = 1
    return run_lengths.encode(mask)


def _of_polygons(parts: list, height: int, width: int) -> Mask:
    if parts and all(number(value) is not None for value in parts):
        parts = [parts]  # one polygon, flat
    polygons, scraps = [], 0
    for part in parts:
        corners = numbers(part)
        if corners is None:
            raise UnusableError(f"has a polygon that is not of finite numbers: {shown(part)}.")
        if len(corners) % 2 or len(corners) < 2 * _CORNERS:
            scraps += 1
            continue
        reach = _REACH * max(height, width)
        if max(map(abs, corners)) > reach:
            raise UnusableError(
                f"has a polygon that reaches to {max(corners, key=abs):g} in an image of "
                f"{[height, width]}."
            )
        polygons.append(corners)
    if not polygons:
        raise UnusableError("has no polygon of three corners or more in its mask.")
    return Mask(run_lengths.merge(run_lengths.frPyObjects(polygons, height, width)), scraps)


def _of_counts(counts: Any, height: int, width: int) -> Mapping[str, Any]:
    if isinstance(counts, list):
        whole = [value for value in counts if type(value) is int and value >= 0]
        if len(whole) < len(counts):
            raise UnusableError("has run lengths that are not whole numbers from 0 up.")
        if sum(whole) != height * width:
            raise UnusableError(f"has run lengths of {sum(whole)} pixels, not {height * width}.")
        return run_lengths.frPyObjects({"size": [height, width], "counts": whole}, height, width)
    if not isinstance(counts, str):
        raise UnusableError(f"has run lengths that are neither a list nor text: {shown(counts)}.")
    try:
        runs = {"size": [height, width], "counts": counts.encode("ascii")}
        run_lengths.decode(runs)
    except ValueError:  # UnicodeEncodeError too
        raise UnusableError("has damaged run lengths.") from None
    return runs
