"""The folder that crops are kept in, an archive for `graftnet-collect`.

    DIR/settings.json            see `folder_settings`
    DIR/people.csv               a row for each crop; see `crop_table`
    DIR/crops/XX/NAME-NNN.png    crops, those of one snapshot under one NAME

Crops are written aside, then noted in the table, then renamed into place: a kill at any moment
leaves all crops of a snapshot or none, and none without an expiry.
"""

import contextlib
import datetime
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import tensorflow as tf
from absl import logging

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, output_folder
from graftnet_tf.io.atomic_files import INCOMING
from graftnet_tf.io.image_sources import SUFFIXES, is_local
from graftnet_tf.io.op_errors import reason
from serving.crop_keeping import folder_settings
from serving.crop_keeping.crop_table import KeptCrop, crop_name, open_table, write_table
from serving.crop_keeping.folder_settings import FolderSettings
from serving.crop_keeping.holdings import Holdings
from serving.crop_keeping.terms import Terms

_LEFT_ASIDE = re.compile(
    rf"{re.escape(INCOMING)}[0-9a-f]{{32}}-(\d{{3}}\.png|people\.csv|settings\.json)"
)


class NotKeptError(GraftNetError):
    """Crops that are not kept for want of room, or because the clock cannot be trusted."""


@contextlib.contextmanager
def open_folder(
    folder: str, today: datetime.date, legal_basis: str | None = None
) -> Iterator["CropFolder"]:
    """Opens a folder for this process alone, and mends what a killed one left.

    Args:
      folder: Local or `gs://`, where no other process is noticed.
      today: Day of its beginning, if it is new.
      legal_basis: Legal basis, of a folder that may be new; without, the folder is an old one and
        has whichever.

    Raises:
      GraftNetError: it is another's, has another legal basis, is damaged, or another process has
        it.
    """
    if legal_basis is None:
        folder_settings.read_settings(folder)
    tf.io.gfile.makedirs(folder)
    with output_folder.held(folder):
        if legal_basis is not None:
            folder_settings.claim(folder, legal_basis, today)
        yield CropFolder(folder, folder_settings.read_settings(folder))


class CropFolder:
    """The crops of a folder; see `open_folder`. One call at a time."""

    def __init__(self, folder: str, settings: FolderSettings):
        self._folder, self._settings = folder, settings
        self._crops = {crop.name: crop for crop in open_table(folder)}
        self._mend()

    def keep(
        self, source: str, images: Sequence[bytes], today: datetime.date, terms: Terms
    ) -> list[KeptCrop]:
        """Keeps all crops of a snapshot; those that are there already stay as they are.

        Args:
          source: Name of the snapshot, 32 hex digits.
          images: PNG files of its crops.
          today: Day from which they are kept.
          terms: How long, and how many at most.

        Raises:
          NotKeptError: there is no room for all of them, or a crop was kept on a later day.
        """
        if there := [crop for crop in self._crops.values() if crop.source == source]:
            return there
        until = terms.expiry(today)
        crops = {
            (name := crop_name(source, number)): KeptCrop(name, today, until, len(image))
            for number, image in enumerate(images)
        }
        self._check_clock(today)
        self._check_room(crops.values(), terms)
        try:
            for crop, image in zip(crops.values(), images, strict=True):
                self._write_aside(crop, image)
            self._note({**self._crops, **crops})
        except (OSError, tf.errors.OpError) as error:
            for crop in crops.values():
                atomic_files.remove(self._aside(crop))
            raise NotKeptError(f"The crops cannot be written: {_why(error)}.") from error
        for crop in crops.values():
            self._put_in_place(crop)
        return list(crops.values())

    def sweep(self, today: datetime.date) -> int:
        """Deletes the crops whose expiry is today or before; returns how many."""
        return self._delete([crop for crop in self._crops.values() if crop.expires_on <= today])

    def delete(self, name: str) -> int:
        """Deletes the crop of that name; returns how many there were."""
        return self._delete([self._crops[name]] if name in self._crops else [])

    def delete_all(self) -> int:
        """Deletes all crops; returns how many there were."""
        return self._delete(list(self._crops.values()))

    def holdings(self) -> Holdings:
        """What there is."""
        foreign = self._foreign(set(self._files()))
        return Holdings.of(self._settings, self._crops.values(), len(foreign))

    def _write_aside(self, crop: KeptCrop, image: bytes) -> None:
        path = self._aside(crop)
        tf.io.gfile.makedirs(os.path.dirname(path))
        with tf.io.gfile.GFile(path, "wb") as file:
            file.write(image)
        if is_local(path):  # no time but the day goes along when files are copied
            midnight = datetime.datetime.combine(crop.kept_on, datetime.time(), datetime.UTC)
            os.utime(path, (midnight.timestamp(),) * 2)

    def _put_in_place(self, crop: KeptCrop) -> None:
        tf.io.gfile.rename(self._aside(crop), self._path(crop), overwrite=True)

    def _check_clock(self, today: datetime.date) -> None:
        newest = max((crop.kept_on for crop in self._crops.values()), default=today)
        if today < newest:
            raise NotKeptError(
                f"The clock says {today}, and crops were kept on {newest}: set the clock, or "
                "delete those crops."
            )

    def _check_room(self, crops: Collection[KeptCrop], terms: Terms) -> None:
        there = self._crops.values()
        for unit, most, taken, more in (
            ("crops", terms.max_crops, len(there), len(crops)),
            ("bytes", terms.max_bytes, _bytes(there), _bytes(crops)),
        ):
            if taken + more > most:
                raise NotKeptError(
                    f"There are {taken} {unit} of at most {most}, and {more} more were to be kept: "
                    "wait until some expire, delete some, or raise the limit."
                )

    def _delete(self, crops: Sequence[KeptCrop]) -> int:
        """Deletes crops; one that cannot be deleted keeps none of the others."""
        left, refused = dict(self._crops), None
        for crop in crops:
            try:
                self._remove(crop)
                del left[crop.name]
            except (OSError, tf.errors.OpError) as error:
                refused = error
        if len(left) < len(self._crops):
            self._note(left)
        if refused is not None:
            raise refused
        return len(crops)

    def _remove(self, crop: KeptCrop) -> None:
        for path in (self._path(crop), self._aside(crop)):
            with contextlib.suppress(tf.errors.NotFoundError):
                tf.io.gfile.remove(path)

    def _mend(self) -> None:
        """Finishes what was noted, removes what was not, and forgets what somebody deleted."""
        found = set(self._files())
        for crop in self._crops.values():
            if self._aside(crop) in found:
                self._put_in_place(crop)
                found = found - {self._aside(crop)} | {self._path(crop)}
        left_aside = {path for path in found if _LEFT_ASIDE.fullmatch(os.path.basename(path))}
        for path in left_aside:
            tf.io.gfile.remove(path)
        there = {name: crop for name, crop in self._crops.items() if self._path(crop) in found}
        if lost := len(self._crops) - len(there):
            logging.warning("%d crops are gone from %s.", lost, self._folder)
            self._note(there)
        if foreign := self._foreign(found - left_aside):
            logging.warning(
                "%d images in %s were put there by others, such as %s: they do not expire.",
                *(len(foreign), self._folder, min(foreign)),
            )

    def _note(self, crops: Mapping[str, KeptCrop]) -> None:
        write_table(self._folder, crops.values())
        self._crops = dict(crops)

    def _files(self) -> Iterator[str]:
        for folder, _, names in tf.io.gfile.walk(self._folder):
            yield from (os.path.join(folder, name) for name in names)

    def _foreign(self, found: Collection[str]) -> list[str]:
        own = {self._path(crop) for crop in self._crops.values()}
        return [path for path in found if path.lower().endswith(SUFFIXES) and path not in own]

    def _path(self, crop: KeptCrop) -> str:
        return os.path.join(self._folder, crop.path)

    def _aside(self, crop: KeptCrop) -> str:
        parent, name = os.path.split(self._path(crop))
        return os.path.join(parent, f"{INCOMING}{name}")


def _bytes(crops: Collection[KeptCrop]) -> int:
    return sum(crop.bytes for crop in crops)


def _why(error: OSError | tf.errors.OpError) -> str:
    """What the system says, without the path, which is none of a sender's business."""
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno else str(error)
    return reason(error).rpartition("; ")[2]
