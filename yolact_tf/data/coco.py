"""Annotations in the COCO instances format (Lin et al. 2014), read and checked.

    {"images": [{"id": 1, "file_name": "a.jpg", "height": 480, "width": 640}, ...],
     "categories": [{"id": 1, "name": "person"}, ...],
     "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0,
                      "bbox": [x, y, width, height], "segmentation": ...}, ...]}

A segmentation is a list of polygons [x, y, x, y, ...], one such polygon, or run lengths
{"size": [height, width], "counts": ...} as a list or compressed to a string. One that is empty, []
or null, says that only the box is known; "keypoints": [x, y, visibility, ...] may tell more of such
an object. Objects with and without masks may stand in one file.
"""

import enum
import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from pycocotools import mask as run_lengths

from graftnet_tf.io import atomic_files
from graftnet_tf.io.image_decoding import MAX_PIXELS
from yolact_tf.data.coco_fields import crowd, identity, number, numbers, shown, side, text
from yolact_tf.data.coco_keypoints import visible_keypoints
from yolact_tf.data.coco_segmentation import UnusableError, compressed, filled_box
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
      category: Place of its category in `CocoData.categories`, from 0.
      crowd: Whether it is a region of many objects.
      box: x1, y1, x2, y2 in pixels, inside the image.
      segmentation: Its mask as compressed run lengths, as pycocotools takes them; its box filled
        where no mask is annotated.
      area: Pixels, as annotated, else of the mask; decides what COCO counts as small.
      mask_annotated: Whether `segmentation` is its mask; False if only its box is known.
      keypoints: x, y in pixels of those that are visible and inside the box, of an object of which
        only the box is known.
    """

    category: int
    crowd: bool
    box: tuple[float, float, float, float]
    segmentation: Mapping[str, Any]
    area: float
    mask_annotated: bool = True
    keypoints: tuple[tuple[float, float], ...] = ()

    def mask(self) -> np.ndarray:
        """uint8 [height, width] of the image, 1 inside the object."""
        return run_lengths.decode(self.segmentation)


class AnnotatedImage(NamedTuple):
    """An image file and what is annotated in it.

    Attributes:
      path: Path of a JPEG or PNG file.
      height, width: Pixels, as annotated.
      objects: Annotated in it.
      exif_orientation: How it was annotated if it has an Exif orientation and its size does
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
      images: Images in the order of the file; those without objects too.
      categories: COCO id → name, in ascending order of the ids.
      skipped: What was left out, each with its reason.
    """

    images: list[AnnotatedImage]
    categories: Mapping[int | str, str]
    skipped: list[str]


def read_coco(
    annotations: str,
    images_dir: str,
    exif_orientation: ExifOrientation = ExifOrientation.UPRIGHT,
) -> CocoData:
    """Reads annotations; masks and boxes are clipped to their images.

    Objects that are of no use and images whose file is missing are left out and listed.

    Args:
      annotations: Path of a JSON file.
      images_dir: Folder that the file names are relative to.
      exif_orientation: Exif orientation of every image, see `AnnotatedImage`.

    Raises:
      YolactError: the file is not in the format, an id stands twice, an annotation refers to
        a category or an image that is not listed, or none of the images is at hand.
    """
    content = read_instances(annotations)
    categories = _categories(content["categories"], annotations)
    places = {category: place for place, category in enumerate(categories)}
    images = _unique(content["images"], f"{annotations}: images")
    sizes = {image: _size(entry, annotations) for image, entry in images.items()}
    objects: dict[int | str, list[AnnotatedObject]] = {image: [] for image in images}
    skipped: list[str] = []
    for entry in content["annotations"]:
        name = f"{annotations}: annotation {shown(entry['id'])}"
        category = _known(entry["category_id"], places, name, "category")
        image = _known(entry["image_id"], sizes, name, "image")
        try:
            found, left_out = _read_object(entry, places[category], *sizes[image])
        except UnusableError as reason:
            skipped.append(f"{name} {reason}")
            continue
        objects[image].append(found)
        if left_out:
            skipped.append(f"{name} {left_out}")
    at_hand = []
    missing: list[str] = []
    for image, entry in images.items():
        path = _image_path(images_dir, text(entry["file_name"]), f"{annotations}: image {image!r}")
        if tf.io.gfile.exists(path) and not tf.io.gfile.isdir(path):
            found_here = tuple(objects[image])
            at_hand.append(AnnotatedImage(path, *sizes[image], found_here, exif_orientation))
        else:
            missing.append(f"{path} does not exist ({len(objects[image])} objects).")
    if missing and not at_hand:
        first = missing[0].split(" does not exist")[0]
        raise YolactError(
            f"None of the {len(missing)} images of {annotations} is at hand; the first was looked "
            f"for as {first}. Name the folder that file names are relative to."
        )
    return CocoData(at_hand, categories, [*skipped, *missing])


def read_instances(path: str) -> dict[str, list[dict[str, Any]]]:
    """The content of a file of COCO instances, its keys and ids checked and nothing else.

    Raises:
      YolactError: the file is missing, is not in the format, or an id stands twice.
    """
    content = _checked(atomic_files.read_json(path, error=YolactError), path)
    for part in ("images", "categories"):
        _unique(content[part], f"{path}: {part}")
    return content


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
                name = shown(known["id"]) if "id" in known else f"at place {place}"
                raise YolactError(f"{path}: {', '.join(absent)} missing in {part}, entry {name}.")
    return content


def _unique(entries: list[dict[str, Any]], name: str) -> dict[int | str, dict[str, Any]]:
    """The entries by their ids.

    Raises:
      YolactError: ids are no ids, of mixed types, or stand twice.
    """
    known: dict[int | str, dict[str, Any]] = {}
    repeated = []
    for entry in entries:
        found = identity(entry["id"])
        if found is None:
            raise YolactError(f"{name} id {shown(entry['id'])} is neither a whole number nor text.")
        if found in known:
            repeated.append(found)
        known[found] = entry
    if repeated:
        shown_ids = ", ".join(map(repr, repeated[:10])) + (", …" if len(repeated) > 10 else "")
        raise YolactError(
            f"{name} ids stand more than once: {shown_ids}. If two exports were joined, number "
            "them anew."
        )
    if len({type(found) for found in known}) > 1:
        one, other = (next(k for k in known if isinstance(k, kind)) for kind in (int, str))
        raise YolactError(
            f"{name} ids are whole numbers and text in one file, such as {one!r} and {other!r}; "
            "give them one type."
        )
    return known


def _categories(entries: list[dict[str, Any]], path: str) -> dict[int | str, str]:
    """Names by id, in ascending order of the ids."""
    names = {}
    for category, entry in sorted(_unique(entries, f"{path}: categories").items()):
        name = text(entry["name"])
        if name is None:
            raise YolactError(
                f"{path}: category {category!r} has the name {shown(entry['name'])}; expected text."
            )
        names[category] = name
    return names


def _size(entry: Mapping[str, Any], path: str) -> tuple[int, int]:
    height, width = side(entry["height"]), side(entry["width"])
    if height is None or width is None or height * width > MAX_PIXELS:
        raise YolactError(
            f"{path}: image {shown(entry['id'])} has height {shown(entry['height'])} and width "
            f"{shown(entry['width'])}; expected whole numbers of at least 1, and at most "
            f"{MAX_PIXELS} pixels in all."
        )
    return height, width


def _image_path(folder: str, file_name: str | None, name: str) -> str:
    """Where an image lies; a file name written on Windows may have backslashes."""
    if file_name is None:
        raise YolactError(f"{name} has a file name that is not text.")
    path = os.path.join(folder, file_name)
    if "\\" in file_name and not tf.io.gfile.exists(path):
        return os.path.join(folder, file_name.replace("\\", "/"))
    return path


def _known(value: Any, known: Collection[int | str], name: str, kind: str) -> int | str:
    found = identity(value)
    if found is None or found not in known:
        listed = ", ".join(map(repr, list(known)[:10])) + (", …" if len(known) > 10 else "")
        raise YolactError(
            f"{name} has {kind}_id {shown(value)}, which is not listed; there are: "
            f"{listed or 'none'}."
        )
    return found


def _read_object(
    entry: Mapping[str, Any], category: int, height: int, width: int
) -> tuple[AnnotatedObject, str]:
    """An object, and what of it was left out ("" if nothing), to follow its name in a sentence."""
    is_crowd = crowd(entry.get("iscrowd"))
    if is_crowd is None:
        raise UnusableError(f"has iscrowd {shown(entry['iscrowd'])}; expected 0 or 1.")
    if entry["segmentation"] is None or entry["segmentation"] == []:
        if not entry.get("bbox"):
            raise UnusableError("has neither a mask nor a box.")
        box = _box(entry["bbox"], height, width)
        points, left_out = visible_keypoints(entry.get("keypoints"), box)
        filled = filled_box(box, height, width)
        area = number(entry.get("area")) or (box[2] - box[0]) * (box[3] - box[1])
        return AnnotatedObject(category, is_crowd, box, filled, area, False, points), left_out
    mask, scraps = compressed(entry["segmentation"], height, width)
    pixels = run_lengths.area(mask)
    if not pixels:
        raise UnusableError("has a mask of no area inside its image.")
    box = _box(entry.get("bbox") or run_lengths.toBbox(mask).tolist(), height, width)
    area = number(entry.get("area")) or float(pixels)
    left_out = f"has {scraps} polygons of under three corners; the rest stays." if scraps else ""
    return AnnotatedObject(category, is_crowd, box, mask, area), left_out


def _box(value: Any, height: int, width: int) -> tuple[float, float, float, float]:
    """x1, y1, x2, y2, clipped to the image."""
    box = numbers(value)
    if box is None or len(box) != 4:
        raise UnusableError(f"has a box that is not four numbers: {shown(value)}.")
    x, y, w, h = box
    x1, x2 = np.clip([x, x + w], 0, width).tolist()
    y1, y2 = np.clip([y, y + h], 0, height).tolist()
    if not (x2 > x1 and y2 > y1):
        raise UnusableError(f"has a box of no area inside its image: {box}.")
    return x1, y1, x2, y2


def require_objects(data: Sequence[CocoData], purpose: str) -> None:
    """Checks that there is an object beside crowds.

    Args:
      data: All that is read for one purpose.
      purpose: What it is for, such as "train on".

    Raises:
      YolactError: there is none.
    """
    objects = [found for part in data for image in part.images for found in image.objects]
    if all(found.crowd for found in objects):
        skipped = [reason for part in data for reason in part.skipped]
        raise YolactError(
            f"There is no object to {purpose}: {len(objects)} are crowds (iscrowd 1) and "
            f"{len(skipped)} things were skipped{': ' if skipped else ''}{'; '.join(skipped[:2])}."
        )
