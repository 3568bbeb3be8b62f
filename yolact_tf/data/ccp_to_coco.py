"""Persons of Clothing Co-Parsing (Yang, Luo and Lin, CVPR 2014) as COCO instances.

SOURCE/photos/NNNN.jpg
SOURCE/annotations/pixel-level/NNNN.mat   uint8 [h, w] 'groundtruth', a label per pixel
"""

import io
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from pycocotools import mask as run_lengths
from scipy import ndimage
from scipy.io import loadmat

from yolact_tf.data.split import Part, Split, write_parts
from yolact_tf.errors import YolactError

POOR = frozenset({"0868", "0591", "0161", "0299", "0729", "0797", "0940"})
"""Photos whose mask lacks a part of the person, or holds more than one person."""

SAME_SHOT = {
    f"{name}.jpg": f"{first}.jpg"
    for name, first in {
        "0984": "0078",
        "0730": "0183",
        "0616": "0223",
        "0398": "0312",
        "0649": "0366",
        "0722": "0594",
        "0732": "0692",
        "0990": "0907",
    }.items()
}
"""Photos of the same person in the same clothes, for the split."""

SMALLEST_GAP = 0.002
"""Holes below this share of the mask are slips; larger ones are true gaps, as at an elbow."""


def write_instances(source: str, directory: str, split: Split) -> dict[str, int]:
    """Writes one person for each photo with pixel labels, as run lengths.

    A person is every label but 0, 'null'. Passers-by have no label. Lest they be learnt as
    background, what is left and right of the person is a crowd in the part for training;
    in the parts kept aside it is not, so there a passer-by that is found counts as a mistake.

    Args:
      source: Folder in the layout above; file names are relative to its `photos/`.
      directory: Directory of the JSON files to write, see `split.write_parts`.
      split: Decides by the file names; photos of the same person in the same clothes are kept
        together.

    Returns:
      The number of photos by path.

    Raises:
      YolactError: there are no pixel labels in `source`.
    """
    labels = tf.io.gfile.glob(os.path.join(source, "annotations", "pixel-level", "*.mat"))
    names = sorted(os.path.splitext(os.path.basename(label))[0] for label in labels)
    names = [name for name in names if name not in POOR]
    if not names:
        raise YolactError(f"{source} has no annotations/pixel-level/NNNN.mat; is it CCP?")
    parts = {part: _empty() for part in Part}
    for number, name in enumerate(names, 1):
        mask = person_mask(_read_labels(source, name))
        photo = f"{name}.jpg"
        side = split.part_of(SAME_SHOT.get(photo, photo))
        part = parts[side]
        height, width = mask.shape
        part["images"].append({"id": number, "file_name": photo, "height": height, "width": width})
        person = _annotation(mask)
        beside = _sides(person["bbox"], mask.shape) if side == Part.TRAIN else ()
        for found in [person, *beside]:
            identity = len(part["annotations"]) + 1
            part["annotations"].append({"id": identity, "image_id": number, **found})
    return write_parts(parts, directory, split)


def _empty() -> dict[str, list[Any]]:
    return {"images": [], "categories": [{"id": 1, "name": "person"}], "annotations": []}


def person_mask(labels: np.ndarray) -> np.ndarray:
    """uint8 [h, w], 1 on the person; small holes are filled.

    Args:
      labels: [h, w], a label per pixel, 0 for none.
    """
    person = labels > 0
    holes, _ = ndimage.label(ndimage.binary_fill_holes(person) & ~person)
    areas = np.bincount(holes.ravel())
    small = areas < SMALLEST_GAP * person.sum()
    small[0] = False
    return (person | small[holes]).astype(np.uint8)


def _read_labels(source: str, name: str) -> np.ndarray:
    path = os.path.join(source, "annotations", "pixel-level", f"{name}.mat")
    with tf.io.gfile.GFile(path, "rb") as file:
        return loadmat(io.BytesIO(file.read()))["groundtruth"]


def _sides(box: list[float], shape: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Crowds over what is left and right of a box."""
    columns = np.arange(shape[1])
    for beside in (columns < box[0], columns >= box[0] + box[2]):
        if beside.any():
            yield _annotation(np.broadcast_to(beside, shape).astype(np.uint8), crowd=True)


def _annotation(mask: np.ndarray, crowd: bool = False) -> dict[str, Any]:
    runs = run_lengths.encode(np.asfortranarray(mask))
    return {
        "category_id": 1,
        "iscrowd": int(crowd),
        "area": int(run_lengths.area(runs)),
        "bbox": run_lengths.toBbox(runs).tolist(),
        "segmentation": {"size": runs["size"], "counts": runs["counts"].decode()},
    }
