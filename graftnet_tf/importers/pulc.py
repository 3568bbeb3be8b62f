"""Person attributes in the text lists of PaddleClas's PULC.

    SOURCE/train_list.txt   IMAGE<TAB>0,0,1,… with 26 values in the order of `ATTRIBUTES`
    SOURCE/val_list.txt     the same; val, test, or both; `train.txt` and the like will do
    SOURCE/…                images, at the paths in the lists

The attributes are PA-100K's, in another order.
"""

import os
import re
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection
from graftnet_tf.importers.person_attributes import LabelledCrops, collection
from graftnet_tf.importers.scan import require_folder
from graftnet_tf.importers.split_names import split_of
from graftnet_tf.io import atomic_files

ATTRIBUTES = (
    "Hat",
    "Glasses",
    "ShortSleeve",
    "LongSleeve",
    "UpperStride",
    "UpperLogo",
    "UpperPlaid",
    "UpperSplice",
    "LowerStripe",
    "LowerPattern",
    "LongCoat",
    "Trousers",
    "Shorts",
    "Skirt&Dress",
    "boots",
    "HandBag",
    "ShoulderBag",
    "Backpack",
    "HoldObjectsInFront",
    "AgeOver60",
    "Age18-60",
    "AgeLess18",
    "Female",
    "Front",
    "Side",
    "Back",
)
"""In the order of a line's values."""

_LIST = re.compile(r"(.+?)(_list)?\.txt")
_LAYOUT = "PULC's train_list.txt and val_list.txt or test_list.txt"
_LINE = f"IMAGE<TAB>0,0,1,… with {len(ATTRIBUTES)} values"


def scan(source: str, tasks: Sequence[str] = (), reporting: Reporting = Reporting()) -> Collection:
    """Finds the images and their labels.

    Args:
      source: Folder in the layout above.
      tasks: Attributes wanted, by their published or their served names; none for all 26.
      reporting: Nothing; these tasks are defined.

    Returns:
      As `person_attributes.collection`; images that look alike are one group.

    Raises:
      GraftNetError: no list, a line that is none, or as for `person_attributes.collection`.
    """
    require_folder(source, f"a folder with {_LAYOUT}")
    files: list[str] = []
    labels: list[list[int]] = []
    parts: list[str] = []
    for name, part in _lists(source):
        for file, values in _read(os.path.join(source, name)):
            files.append(file)
            labels.append(values)
            parts.append(part)
    table = np.array(labels, np.uint8).reshape(-1, len(ATTRIBUTES))
    crops = LabelledCrops("pulc", "PULC", source, source, ATTRIBUTES, files, table, parts)
    return collection(crops, tasks, reporting)


def _lists(source: str) -> list[tuple[str, str]]:
    """(File name, part of the split) of each list."""
    found = []
    for name in sorted(tf.io.gfile.listdir(source)):
        matched = _LIST.fullmatch(name)
        if matched and (part := split_of(matched[1])):
            found.append((name, part))
    if not found:
        raise GraftNetError(f"{source} has no list of images; expected {_LAYOUT}.")
    return found


def _read(path: str) -> list[tuple[str, list[int]]]:
    """(Image, its values) of each line."""
    try:
        lines = atomic_files.read_bytes(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise GraftNetError(f"{path} is not UTF-8 ({error}); expected lines of {_LINE}.") from None
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        image, _, values = line.partition("\t")
        cells = [cell.strip() for cell in values.split(",")]
        if not image.strip() or len(cells) != len(ATTRIBUTES):
            raise GraftNetError(
                f"{path}, line {number} has {len(cells) if values else 0} values; expected {_LINE}."
            )
        if wrong := [cell for cell in cells if cell not in ("0", "1", "2")]:
            raise GraftNetError(
                f"{path}, line {number} has the value {wrong[0]!r}; expected 0, 1 or 2 (uncertain)."
            )
        found.append((os.path.normpath(image.strip()), [int(cell) for cell in cells]))
    return found
