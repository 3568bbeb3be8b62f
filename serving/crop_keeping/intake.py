"""Takes snapshots in: samples them, has their people cut out, and keeps the crops."""

import asyncio
import dataclasses
import datetime
import itertools
from collections.abc import Callable, Iterable
from typing import TypeVar

import tensorflow as tf
from absl import logging

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import image_fetching
from graftnet_tf.io.image_fetching import UnreadableError
from serving.crop_keeping.crop_folder import CropFolder
from serving.crop_keeping.crop_table import KeptCrop
from serving.crop_keeping.posted_snapshot import PostedSnapshot
from serving.crop_keeping.sampling import is_sampled, snapshot_name
from serving.crop_keeping.terms import Terms

Cutter = Callable[[tf.Tensor], Iterable[tf.Tensor]]
"""From uint8 [H, W, 3] to uint8 [h, w, 3] of each person in it, all else removed."""

_Result = TypeVar("_Result")
_SWEEP_SECONDS = 600.0


def utc_today() -> datetime.date:
    """The day in UTC."""
    return datetime.datetime.now(datetime.UTC).date()


@dataclasses.dataclass
class Counts:
    """What came since the process began.

    Attributes:
      posted: Snapshots.
      sampled: Those of them that belong to the sample.
    """

    posted: int = 0
    sampled: int = 0


class Intake:
    """Takes in what is posted.

    Attributes:
      terms: Which crops are kept, and how long.
      cut: Cuts the people out of whole snapshots; None where crops alone are taken.
      today: Day in UTC.
      counts: What came.
    """

    def __init__(
        self,
        folder: CropFolder,
        terms: Terms,
        *,
        cut: Cutter | None = None,
        today: Callable[[], datetime.date] = utc_today,
    ):
        self.terms, self.cut, self.today = terms, cut, today
        self.counts = Counts()
        self._folder = folder
        self._turn = asyncio.Lock()

    async def take(self, snapshot: PostedSnapshot) -> list[KeptCrop] | None:
        """Keeps a snapshot's crops if it is one of the sample, and else forgets it undecoded.

        Returns:
          Its crops, or None if it is not of the sample.

        Raises:
          NotKeptError: there is no room.
          GraftNetError: one of its images cannot be decoded, or it is whole and nobody cuts.
        """
        if snapshot.whole and self.cut is None:
            raise GraftNetError(
                "No people are cut out here: send crops, or start the endpoint with --segment."
            )
        name = snapshot_name(snapshot.contents)
        self.counts.posted += 1
        if not is_sampled(name, self.terms.share, self.terms.seed):
            return None
        self.counts.sampled += 1

        def keep(folder: CropFolder) -> list[KeptCrop]:
            return folder.keep(name, self._crops(snapshot), self.today(), self.terms)

        return await self.on_folder(keep)

    async def on_folder(self, work: Callable[[CropFolder], _Result]) -> _Result:
        """Does something with the folder on a thread, once nothing else is done with it."""
        async with self._turn:
            return await asyncio.to_thread(work, self._folder)

    async def sweep(self) -> None:
        """Deletes what has expired, now and every few minutes; what fails is tried again."""
        while True:
            try:
                deleted = await self.on_folder(lambda folder: folder.sweep(self.today()))
                if deleted:
                    logging.info("%d crops expired and are deleted.", deleted)
            except (OSError, tf.errors.OpError) as error:
                logging.error("What has expired cannot be deleted: %s", error)
            await asyncio.sleep(_SWEEP_SECONDS)

    def _crops(self, snapshot: PostedSnapshot) -> list[bytes]:
        """PNG files of pixels alone: what else a file says of its origin stays behind."""
        images: Iterable[tf.Tensor] = map(_decode, snapshot.contents, itertools.count(1))
        if snapshot.whole and self.cut is not None:
            images = self.cut(next(iter(images)))
        return [tf.io.encode_png(image).numpy() for image in images]


def _decode(content: bytes, number: int) -> tf.Tensor:
    try:
        return image_fetching.decode(content)
    except UnreadableError as error:
        raise GraftNetError(f"Image {number} cannot be decoded: {error}") from None
