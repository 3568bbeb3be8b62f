"""A part of a data set kept aside, the same part every time."""

import hashlib
import os
from collections.abc import Mapping

from yolact_tf.coco import CocoData


def held_out(
    data: CocoData, fraction: float, seed: int, same: Mapping[str, str] | None = None
) -> tuple[CocoData, CocoData]:
    """Splits by a hash of each picture's file name, so that added pictures move no other.

    Args:
      data: what to split.
      fraction: expected share of the pictures held out, 0…1.
      seed: another one gives another split.
      same: file name → file name whose side it takes, for pictures that show the same.

    Returns:
      (training part, part held out); what was skipped is listed in the former.
    """
    parts: tuple[list, list] = ([], [])
    for picture in data.images:
        name = os.path.basename(picture.path)
        name = (same or {}).get(name, name)
        digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
        parts[int.from_bytes(digest[:8], "big") < fraction * 2**64].append(picture)
    training, aside = parts
    return data._replace(images=training), CocoData(aside, data.categories, [])
