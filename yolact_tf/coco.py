"""Annotations in the COCO instances format (Lin et al. 2014), read and checked.

    {"images": [{"id": 1, "file_name": "a.jpg", "height": 480, "width": 640}, ...],
     "categories": [{"id": 1, "name": "person"}, ...],
     "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0,
                      "bbox": [x, y, width, height], "segmentation": ...}, ...]}

A segmentation is a list of polygons [x, y, x, y, ...], or run lengths
{"size": [height, width], "counts": ...} as a list or compressed to a string.
"""

import enum
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from pycocotools import mask as run_lengths

from yolact_tf import files
from yolact_tf.errors import YolactError

_REQUIRED = {
    "images": ("id", "file_name", "height", "width"),
    "categories": ("id", "name"),
    "annotations": ("id", "image_id", "category_id", "segmentation"),
}


class ExifOrientation(enum.StrEnum):
    """How photos with an Exif orientation were annotated: as shown upright, or as stored."""

    UPRIGHT = "upright"
    RAW = "raw"


class AnnotatedObject(NamedTuple):
    """One object, or one crowd.

    Attributes:
      category: place of its category in `CocoData.categories`, from 0.
      crowd: whether it is a region of many objects.
      box: x1, y1, x2, y2 in pixels, inside the picture.
      segmentation: its mask as compressed run lengths, as pycocotools takes them.
      area: pixels, as annotated, else of the mask; decides what COCO counts as small.
    """

    category: int
    crowd: bool
    box: tuple[float, float, float, float]
    segmentation: Mapping[str, Any]
    area: float

    def mask(self) -> np.ndarray:
        """uint8 [height, width] of the picture, 1 inside the object."""
        return run_lengths.decode(self.segmentation)


class AnnotatedPicture(NamedTuple):
    """A picture file and what is annotated in it.

    Attributes:
      path: of a JPEG or PNG file.
      height, width: pixels, as annotated.
      objects: annotated in it.
      exif_orientation: how it was annotated if it has an Exif orientation and its size does
        not tell, which that of half a turn or of a square photo never does.
    """

    path: str
    height: int
    width: int
    objects: tuple[AnnotatedObject, ...]
    exif_orientation: ExifOrientation = ExifOrientation.UPRIGHT


class CocoData(NamedTuple):
    """What an annotation file holds.

    Attributes:
      images: in the order of the file; those without objects too.
      categories: COCO id → name, in ascending order of the ids.
      skipped: what was left out, each with its reason.
    """

    images: list[AnnotatedPicture]
    categories: dict[int, str]
    skipped: list[str]


class _UnusableError(Exception):
    """Why one annotation is left out."""


def read_coco(
    annotations: str, images_dir: str, exif_orientation: ExifOrientation = ExifOrientation.UPRIGHT
) -> CocoData:
    """Reads annotations; masks and boxes are clipped to their pictures.

    Objects of no area and pictures whose file is missing are left out and listed.

    Args:
      annotations: path of a JSON file.
      images_dir: folder that the file names are relative to.
      exif_orientation: of every picture, see `AnnotatedPicture`.

    Raises:
      YolactError: the file is not in the format, or it refers to a category or an image
        that it does not list.
    """
    content = _checked(files.read_json(annotations), annotations)
    categories = {entry["id"]: entry["name"] for entry in content["categories"]}
    categories = dict(sorted(categories.items()))
    places = {identity: place for place, identity in enumerate(categories)}
    sizes = {
        image["id"]: (int(image["height"]), int(image["width"])) for image in content["images"]
    }
    objects, skipped = defaultdict(list), []
    for entry in content["annotations"]:
        name = f"{annotations}: annotation {entry['id']}"
        _require_known(entry["category_id"], places, name, "category")
        _require_known(entry["image_id"], sizes, name, "image")
        try:
            found = _read_object(entry, *sizes[entry["image_id"]])
        except _UnusableError as reason:
            skipped.append(f"{name} {reason}")
        else:
            category = places[entry["category_id"]]
            objects[entry["image_id"]].append(found._replace(category=category))
    images = []
    for image in content["images"]:
        path = os.path.join(images_dir, image["file_name"])
        if tf.io.gfile.exists(path):
            found_here = tuple(objects[image["id"]])
            size = sizes[image["id"]]
            images.append(AnnotatedPicture(path, *size, found_here, exif_orientation))
        else:
            skipped.append(f"{path} does not exist ({len(objects[image['id']])} objects).")
    return CocoData(images, categories, skipped)


def _checked(content: Any, path: str) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(content, dict):
        raise YolactError(f"{path} holds a {type(content).__name__}; expected COCO instances.")
    missing = [part for part in _REQUIRED if not isinstance(content.get(part), list)]
    if missing:
        raise YolactError(
            f"{path} has no list of {', '.join(missing)}; COCO instances have "
            f"{', '.join(_REQUIRED)}."
        )
    for part, keys in _REQUIRED.items():
        for place, entry in enumerate(content[part]):
            known = entry if isinstance(entry, dict) else {}
            absent = [key for key in keys if key not in known]
            if absent:
                name = known.get("id", f"at place {place}")
                raise YolactError(f"{path}: {', '.join(absent)} missing in {part}, entry {name}.")
    return content


def _require_known(identity: Any, known: Iterable[Any], name: str, kind: str) -> None:
    if identity not in known:
        listed = list(known)
        shown = ", ".join(map(str, listed[:10])) + (", …" if len(listed) > 10 else "")
        raise YolactError(
            f"{name} has {kind}_id {identity!r}, which is not listed; there are: {shown or 'none'}."
        )


def _read_object(entry: Mapping[str, Any], height: int, width: int) -> AnnotatedObject:
    segmentation = _compressed(entry["segmentation"], height, width)
    if not run_lengths.area(segmentation):
        raise _UnusableError("has a mask of no area inside its picture.")
    x, y, w, h = entry.get("bbox") or run_lengths.toBbox(segmentation).tolist()
    x1, x2 = np.clip([x, x + w], 0, width).tolist()
    y1, y2 = np.clip([y, y + h], 0, height).tolist()
    if not (x2 > x1 and y2 > y1):
        raise _UnusableError(f"has a box of no area inside its picture: {[x, y, w, h]}.")
    area = float(entry.get("area") or run_lengths.area(segmentation))
    return AnnotatedObject(0, bool(entry.get("iscrowd")), (x1, y1, x2, y2), segmentation, area)


def _compressed(segmentation: Any, height: int, width: int) -> Mapping[str, Any]:
    if isinstance(segmentation, list):
        if not segmentation or any(len(part) < 6 or len(part) % 2 for part in segmentation):
            raise _UnusableError("has no polygon of three corners or more in its mask.")
        return run_lengths.merge(run_lengths.frPyObjects(segmentation, height, width))
    if not isinstance(segmentation, dict) or not {"size", "counts"} <= segmentation.keys():
        raise _UnusableError("has a mask that is neither polygons nor run lengths.")
    size, counts = segmentation["size"], segmentation["counts"]
    if list(size) != [height, width]:
        raise _UnusableError(f"has a mask of {list(size)} in a picture of {[height, width]}.")
    if isinstance(counts, list):
        if sum(counts) != height * width:
            raise _UnusableError(f"has run lengths of {sum(counts)} pixels, not {height * width}.")
        return run_lengths.frPyObjects(dict(segmentation), height, width)
    runs = {"size": size, "counts": counts.encode()}
    try:
        run_lengths.decode(runs)
    except ValueError:
        raise _UnusableError("has damaged run lengths.") from None
    return runs
