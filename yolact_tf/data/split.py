"""A part of a data set kept aside, the same part every time."""

import hashlib
import json

from graftnet_tf.io import atomic_files
from yolact_tf.data.coco import read_instances
from yolact_tf.data.coco_fields import identity, shown
from yolact_tf.errors import YolactError


def is_held_out(file_name: str, fraction: float, seed: int) -> bool:
    """Decides by a hash of the name, so that added images move no other.

    Args:
      file_name: File name of an image.
      fraction: Expected share of the images held out, 0 … 1.
      seed: Another one gives another split.
    """
    digest = hashlib.sha256(f"{seed}/{file_name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < fraction * 2**64


def hold_out(
    annotations: str, training: str, held_out: str, fraction: float, seed: int
) -> tuple[int, int]:
    """Splits a COCO instances JSON file into two.

    Args:
      annotations: The file to split.
      training, held_out: The files to write.
      fraction, seed: Fraction and random seed, see `is_held_out`.

    Returns:
      The number of images for training and held out.

    Raises:
      YolactError: `annotations` is missing, or not in the format.
    """
    content = read_instances(annotations)
    sides = {
        image["id"]: is_held_out(image["file_name"], fraction, seed) for image in content["images"]
    }
    for entry in content["annotations"]:
        if identity(entry["image_id"]) not in sides:
            raise YolactError(
                f"{annotations}: annotation {shown(entry['id'])} has image_id "
                f"{shown(entry['image_id'])}, which is not listed."
            )
    for path, side in ((training, False), (held_out, True)):
        part = {
            "images": [entry for entry in content["images"] if sides[entry["id"]] == side],
            "annotations": [
                entry for entry in content["annotations"] if sides[entry["image_id"]] == side
            ],
        }
        atomic_files.write_text(path, json.dumps(content | part))
    aside = sum(sides.values())
    return len(sides) - aside, aside
