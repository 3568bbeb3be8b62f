"""The table of the crops that are kept: whose snapshot each is of, since when, and until when.

It is the `people.csv` of an archive, with the columns `source` and `crop` that tell which crops are
of one snapshot, and the only record of what is kept.
"""

import csv
import dataclasses
import datetime
import io
import os
import re
from collections.abc import Iterable, Mapping

import tensorflow as tf

from graftnet_tf.active_learning.snapshot_groups import TABLE
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_files import write_csv

_CROPS = "crops"
_COLUMNS = ("source", "crop", "kept_on", "expires_on", "bytes")
_NAME = re.compile(r"(?P<source>[0-9a-f]{32})-\d{3}")


@dataclasses.dataclass(frozen=True)
class KeptCrop:
    """A crop that is kept.

    Attributes:
      name: `crop_name` of its snapshot and its place there.
      kept_on: Day since which it is kept.
      expires_on: Day at whose beginning it is deleted.
      bytes: Size of its file.
    """

    name: str
    kept_on: datetime.date
    expires_on: datetime.date
    bytes: int

    @property
    def source(self) -> str:
        """Name of its snapshot."""
        return self.name.partition("-")[0]

    @property
    def path(self) -> str:
        """Its place in the folder, as `graftnet-segment-people` has it."""
        return os.path.join(_CROPS, self.name[:2], f"{self.name}.png")


def crop_name(source: str, number: int) -> str:
    """Names a crop by its snapshot, 32 hex digits, and its place among that one's crops."""
    return f"{source}-{number:03d}"


def write_table(folder: str, crops: Iterable[KeptCrop]) -> None:
    """Writes the table of a folder, local or `gs://`, atomically."""
    rows = ((crop.source, crop.path, crop.kept_on, crop.expires_on, crop.bytes) for crop in crops)
    write_csv(os.path.join(folder, TABLE), _COLUMNS, rows)


def open_table(folder: str) -> list[KeptCrop]:
    """The table of a folder; a new one where no crop was ever kept.

    Raises:
      GraftNetError: there is none, or it is not as it was written: nothing else says when
        crops expire, and which files may be deleted.
    """
    path = os.path.join(folder, TABLE)
    mended = "Restore it from a backup, or delete the folder with all crops in it."
    if not tf.io.gfile.exists(path):
        if tf.io.gfile.isdir(os.path.join(folder, _CROPS)):
            raise GraftNetError(f"{path} is gone, which says when crops expire. {mended}")
        write_table(folder, [])
    text = atomic_files.read_bytes(path).decode(errors="replace")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    try:
        return list(map(_crop, rows))
    except (KeyError, TypeError, ValueError) as error:
        raise GraftNetError(
            f"Line {rows.line_num} of {path} is damaged ({error!r}). {mended}"
        ) from None


def _crop(row: Mapping[str, str]) -> KeptCrop:
    crop = KeptCrop(
        os.path.basename(row["crop"]).removesuffix(".png"),
        datetime.date.fromisoformat(row["kept_on"]),
        datetime.date.fromisoformat(row["expires_on"]),
        int(row["bytes"]),
    )
    named = _NAME.fullmatch(crop.name)
    if named is None or (named["source"], crop.path) != (row["source"], row["crop"]):
        raise ValueError(f"{row['crop']} is no crop of {row['source']}")
    return crop
