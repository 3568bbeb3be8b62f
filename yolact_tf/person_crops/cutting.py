"""Cutting the people out of a few snapshots: the same function here and on every worker."""

import dataclasses
import functools
import hashlib
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol

import tensorflow as tf

from graftnet_tf.io import atomic_files, image_fetching
from graftnet_tf.io.file_names import printable
from graftnet_tf.io.image_fetching import UnreadableError
from graftnet_tf.io.read_ahead import ahead
from yolact_tf.inference.people_finder import PeopleFinder, Person

_THREADS = 4


class Noted(Protocol):
    """What is known of snapshots from before; `Journal` is one."""

    def is_done(self, source: str, stamp: str | None) -> bool:
        """Whether a snapshot need not be read."""
        ...

    def has_content(self, source: str, sha256: str) -> bool:
        """Whether a snapshot was looked at with this content."""
        ...


class Batch(NamedTuple):
    """What became of a batch.

    Attributes:
      rows: Its rows of the journal.
      processed: Snapshots that were looked at.
    """

    rows: list[dict[str, Any]]
    processed: int


@dataclasses.dataclass(frozen=True)
class Cutting:
    """How snapshots are gone through.

    Attributes:
      output: Folder of the crops.
      batch_size: Snapshots that the network sees at once.
      timeout: Seconds that a web server may stay silent.
    """

    output: str
    batch_size: int
    timeout: float

    def batches(
        self,
        sources: Iterable[str],
        finder: PeopleFinder,
        noted: Noted,
        left_out: Mapping[str, str] | None = None,
    ) -> Iterator[Batch]:
        """Writes the crops of snapshots, batch after batch.

        Args:
          sources: Their locations.
          finder: Finds the people.
          noted: What is known of them from before.
          left_out: Why some are not looked at, by location.
        """
        left_out = left_out or {}
        with ThreadPoolExecutor(_THREADS) as pool:
            read = functools.partial(_read, noted=noted, left_out=left_out, timeout=self.timeout)
            found = filter(None, ahead(pool, read, sources, self.batch_size + _THREADS))
            while batch := list(itertools.islice(found, self.batch_size)):
                processed = sum(snapshot.image is not None for snapshot in batch)
                yield Batch(_process(batch, finder, self.output), processed)

    def try_snapshot(self, source: str, finder: PeopleFinder) -> None:
        """Finds the people in a snapshot, if it can be read, and writes nothing."""
        try:
            finder([image_fetching.decode(image_fetching.read(source, self.timeout))])
        except UnreadableError:
            return


class _Snapshot(NamedTuple):
    """A snapshot that was fetched.

    Attributes:
      source: Its location.
      stamp: Stamp, see `image_fetching.stamp`.
      sha256: SHA-256 of its content; empty where there is none to be had.
      image: uint8 [H, W, 3]; or why there is none; None for a content that is noted already.
    """

    source: str
    stamp: str | None
    sha256: str
    image: tf.Tensor | UnreadableError | None


def _read(
    source: str, noted: Noted, left_out: Mapping[str, str], timeout: float
) -> _Snapshot | None:
    """Fetches a snapshot, or returns None for one that is done."""
    stamp, sha256 = None, ""
    try:
        stamp = image_fetching.stamp(source)
        if noted.is_done(source, stamp):
            return None
        data = image_fetching.read(source, timeout)
        sha256 = hashlib.sha256(data).hexdigest()
        if source in left_out:
            raise UnreadableError(left_out[source])
        image = None if noted.has_content(source, sha256) else image_fetching.decode(data)
    except UnreadableError as error:
        return _Snapshot(source, stamp, sha256, error)
    return _Snapshot(source, stamp, sha256, image)


def _process(batch: Sequence[_Snapshot], finder: PeopleFinder, output: str) -> list[dict[str, Any]]:
    """Writes the crops of a few snapshots; returns their rows of the journal."""
    found = iter(finder([one.image for one in batch if isinstance(one.image, tf.Tensor)]))
    rows: list[dict[str, Any]] = []
    for source, stamp, sha256, image in batch:
        if isinstance(image, UnreadableError):
            rows.append({"source": printable(source), "stamp": stamp, "skipped": str(image)})
            continue
        row: dict[str, Any] = {"source": source, "stamp": stamp, "sha256": sha256}
        if image is not None:
            height, width = image.shape[:2]
            people = [
                {
                    "crop": _write_crop(person, f"{_name(source, sha256)}-{number:03d}", output),
                    "box": person.box,
                    "score": person.score,
                    "class": person.class_name,
                    "mask": person.run_lengths(height, width),
                }
                for number, person in enumerate(next(found))
            ]
            row |= {"height": height, "width": width, "people": people}
        rows.append(row)
    return rows


def _name(source: str, sha256: str) -> str:
    """Of a snapshot's crops: the same again for the same location and content, and no other."""
    return hashlib.sha256(f"{sha256} {source}".encode()).hexdigest()[:32]


def _write_crop(person: Person, name: str, output: str) -> str:
    """Writes a crop and returns its path in `output`."""
    path = os.path.join("crops", name[:2], f"{name}.png")
    whole = os.path.join(output, path)
    tf.io.gfile.makedirs(os.path.dirname(whole))
    with atomic_files.replacing(whole) as aside, tf.io.gfile.GFile(aside, "wb") as file:
        file.write(tf.io.encode_png(person.crop).numpy())
    return path
