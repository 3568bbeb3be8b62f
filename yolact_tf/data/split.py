"""Parts of a data set kept aside, the same parts every time."""

import enum
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graftnet_tf.io import atomic_files
from yolact_tf.data.coco import read_instances
from yolact_tf.data.coco_fields import identity, shown
from yolact_tf.errors import YolactError


class Part(enum.StrEnum):
    """What images are for: to learn from, to choose by, to be measured on once."""

    TRAIN = "train"
    VALIDATION = "validation"
    HELD_OUT = "held_out"


@dataclass(frozen=True)
class Split:
    """How images are told apart, by a hash of the name, so that added images move no other.

    Whether an image is held out does not depend on `validation_fraction`.

    Attributes:
      test_fraction: Expected share of the images held out, 0 … 1.
      seed: Another one gives another split.
      validation_fraction: Expected share of the images for validation, 0 … 1.
    """

    test_fraction: float
    seed: int = 0
    validation_fraction: float = 0.0

    def __post_init__(self) -> None:
        if self.test_fraction + self.validation_fraction > 1:
            raise YolactError(
                f"test_fraction {self.test_fraction:g} and validation_fraction "
                f"{self.validation_fraction:g} add up to more than 1."
            )

    @property
    def parts(self) -> tuple[Part, ...]:
        """Those that are written; one for validation only where there is a fraction for it."""
        return tuple(
            part for part in Part if part != Part.VALIDATION or self.validation_fraction > 0
        )

    def part_of(self, file_name: str) -> Part:
        """Where the image of that name belongs."""
        digest = hashlib.sha256(f"{self.seed}/{file_name}".encode()).digest()
        place = int.from_bytes(digest[:8], "big") / 2**64
        if place < self.test_fraction:
            return Part.HELD_OUT
        if place < self.test_fraction + self.validation_fraction:
            return Part.VALIDATION
        return Part.TRAIN


def write_parts(
    parts: Mapping[Part, Mapping[str, Any]], directory: str, split: Split
) -> dict[str, int]:
    """Writes COCO instances as `directory`/PART.json.

    Args:
      parts: Contents of the files; parts that the split does not have are not written.
      directory: Directory of the files.
      split: Says which parts there are.

    Returns:
      The number of images by path.
    """
    counts = {}
    for part in split.parts:
        path = os.path.join(directory, f"{part}.json")
        atomic_files.write_text(path, json.dumps(parts[part]))
        counts[path] = len(parts[part]["images"])
    return counts


def split_instances(annotations: str, directory: str, split: Split) -> dict[str, int]:
    """Splits a COCO instances JSON file into its parts, `directory`/PART.json.

    Args:
      annotations: The file to split.
      directory: Directory of the files to write.
      split: Decides by the file names.

    Returns:
      The number of images by path.

    Raises:
      YolactError: `annotations` is missing, or not in the format.
    """
    content = read_instances(annotations)
    sides = {image["id"]: split.part_of(image["file_name"]) for image in content["images"]}
    for entry in content["annotations"]:
        if identity(entry["image_id"]) not in sides:
            raise YolactError(
                f"{annotations}: annotation {shown(entry['id'])} has image_id "
                f"{shown(entry['image_id'])}, which is not listed."
            )
    parts = {
        part: content
        | {
            "images": [entry for entry in content["images"] if sides[entry["id"]] == part],
            "annotations": [
                entry for entry in content["annotations"] if sides[entry["image_id"]] == part
            ],
        }
        for part in Part
    }
    return write_parts(parts, directory, split)
