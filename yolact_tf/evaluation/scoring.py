"""COCO's figures (Lin et al. 2014), computed by pycocotools."""

import contextlib
import io
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from pycocotools import mask as run_lengths
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from yolact_tf.data.coco import AnnotatedImage, AnnotatedObject
from yolact_tf.evaluation.instances import Instance

_KINDS: tuple[tuple[str, Literal["segm", "bbox"]], ...] = (("mask", "segm"), ("box", "bbox"))
_PLACES = {
    "ap": 0,
    "ap50": 1,
    "ap75": 2,
    "ap_small": 3,
    "ap_medium": 4,
    "ap_large": 5,
    "ar100": 8,
}
_SIZES = ("small", "medium", "large")


class EvaluatedImage(NamedTuple):
    """What is annotated in an image, and what was found in it."""

    annotated: AnnotatedImage
    instances: tuple[Instance, ...]


class Scores(NamedTuple):
    """COCO's figures over all images.

    Attributes:
      metrics: `mask_ap`, `mask_ap50`, `mask_ap75`, `mask_ap_small`, `mask_ap_medium`,
        `mask_ap_large`, `mask_ap50_small`, `mask_ap50_medium`, `mask_ap50_large`, `mask_ar100`,
        and the same of `box_`; 0 to 1, None where no object is annotated (of that size).
      curves: Curves of `mask` and `box`, precision at an IoU of 0.5 for the recalls 0, 0.01 … 1,
        mean over categories; empty where nothing is annotated.
    """

    metrics: dict[str, float | None]
    curves: dict[str, tuple[float, ...]]


def score(images: Sequence[EvaluatedImage], categories: int) -> Scores:
    """Compares what was found with what is annotated, as COCO does, crowds included.

    Masks found in the box of an object whose mask is not annotated are neither right nor wrong.

    Args:
      images: Masks and boxes of each in its own pixels.
      categories: How many there are.
    """
    metrics: dict[str, float | None] = {}
    curves = {}
    for name, kind in _KINDS:
        with contextlib.redirect_stdout(io.StringIO()):
            found = _found(images, categories, kind)
            run = COCOeval(_annotated(images, categories, kind), found, kind)
            run.evaluate()
            run.accumulate()
            run.summarize()
        for figure, place in _PLACES.items():
            metrics[f"{name}_{figure}"] = _defined(run.stats[place])
        precision = run.eval["precision"]
        for place, size in enumerate(_SIZES, start=1):
            metrics[f"{name}_ap50_{size}"] = _mean(precision[0, :, :, place, -1])
        curves[name] = _curve(precision)
    return Scores(metrics, curves)


def _defined(value: float) -> float | None:
    return None if value < 0 else float(value)


def _mean(precision: np.ndarray) -> float | None:
    """Over recalls and categories; -1 stands for categories without objects."""
    known = precision[precision >= 0]
    return float(known.mean()) if known.size else None


def _curve(precision: np.ndarray) -> tuple[float, ...]:
    """From precision [IoU, recall, category, size, limit], -1 for categories without objects."""
    at_half = precision[0, :, :, 0, -1]
    with_objects = at_half[:, at_half[0] >= 0]
    return tuple(with_objects.mean(axis=1).tolist()) if with_objects.size else ()


def _annotated(images: Sequence[EvaluatedImage], categories: int, kind: str) -> COCO:
    """Objects without masks are, for masks, crowds in their boxes: nobody knows their masks."""
    entries = [
        {
            **_shape(number, found),
            "iscrowd": int(found.crowd or (kind == "segm" and not found.mask_annotated)),
            "area": found.area,
        }
        for number, image in enumerate(images)
        for found in image.annotated.objects
    ]
    return _index(images, categories, entries)


def _found(images: Sequence[EvaluatedImage], categories: int, kind: str) -> COCO:
    """Of unmatched instances, COCO takes the size from what is compared, mask or box."""
    entries = []
    for number, image in enumerate(images):
        for found in image.instances:
            entry = {**_shape(number, found), "score": found.score}
            _, _, width, height = entry["bbox"]
            area = width * height if kind == "bbox" else run_lengths.area(found.segmentation)
            entries.append({**entry, "area": float(area)})
    return _index(images, categories, entries)


def _shape(number: int, found: AnnotatedObject | Instance) -> dict[str, Any]:
    x1, y1, x2, y2 = found.box
    return {
        "image_id": number,
        "category_id": found.category,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "segmentation": found.segmentation,
    }


def _index(
    images: Sequence[EvaluatedImage], categories: int, entries: list[dict[str, Any]]
) -> COCO:
    """Entries get ids from 1: COCOeval takes a match with id 0 for none."""
    coco = COCO()
    coco.dataset = {
        "images": [
            {"id": number, "height": image.annotated.height, "width": image.annotated.width}
            for number, image in enumerate(images)
        ],
        "categories": [{"id": category} for category in range(categories)],
        "annotations": [{**entry, "id": place} for place, entry in enumerate(entries, start=1)],
    }
    coco.createIndex()
    return coco
