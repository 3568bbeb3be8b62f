"""A part of a data set kept aside, the same part every time."""

import hashlib
from collections.abc import Mapping

from yolact_tf import files


def hold_out(
    annotations: str,
    training: str,
    held_out: str,
    fraction: float,
    seed: int,
    same: Mapping[str, str] | None = None,
) -> None:
    """Splits COCO annotations by a hash of file names, so that added pictures move no other.

    Args:
      annotations: JSON file to split.
      training, held_out: JSON files to write.
      fraction: expected share of the pictures held out, 0 … 1.
      seed: another one gives another split.
      same: file name → file name whose side it takes, for pictures that show the same.

    Raises:
      YolactError: `annotations` is missing or not JSON.
    """
    content = files.read_json(annotations)
    aside = {
        image["id"]
        for image in content["images"]
        if _place((same or {}).get(image["file_name"], image["file_name"]), seed) < fraction
    }
    for path, wanted in ((training, False), (held_out, True)):
        part = {
            **content,
            "images": [x for x in content["images"] if (x["id"] in aside) == wanted],
            "annotations": [
                x for x in content["annotations"] if (x["image_id"] in aside) == wanted
            ],
        }
        files.write_json(path, part)


def _place(name: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
