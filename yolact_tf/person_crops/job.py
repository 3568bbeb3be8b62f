"""The job: from snapshots to crops, any number of them, resumable."""

import collections
import dataclasses
import functools
import hashlib
import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import tensorflow as tf
from tqdm import tqdm

from graftnet_tf.io import atomic_files
from graftnet_tf.io import image_fetching as snapshots
from graftnet_tf.io.file_names import printable
from graftnet_tf.io.image_fetching import UnreadableError
from graftnet_tf.io.image_sources import list_sources
from yolact_tf.errors import YolactError
from yolact_tf.inference.people_finder import PeopleFinder, Person
from yolact_tf.person_crops.journal import Journal, Totals, open_journal

_THREADS = 4

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclasses.dataclass(frozen=True)
class Summary(Totals):
    """What the output folder holds, and the speed of this run: usable and skipped snapshots."""

    processed_now: int
    images_per_second: float


class _Snapshot(NamedTuple):
    """A snapshot that was fetched.

    Attributes:
      source: Its location.
      stamp: Stamp, see `snapshot.stamp`.
      sha256: SHA-256 of its content; empty where there is none to be had.
      image: uint8 [H, W, 3]; or why there is none; None for a content that is noted already.
    """

    source: str
    stamp: str | None
    sha256: str
    image: tf.Tensor | UnreadableError | None


def segment_people(
    names: Iterable[str],
    output: str,
    finder: PeopleFinder,
    *,
    batch_size: int = 4,
    save_every: int = 100,
    timeout: float = 20.0,
) -> Summary:
    """Cuts the people out of snapshots.

    Makes OUTPUT/crops/XX/NAME-NNN.png, one for each person, named by a hash of its source and
    content, and the tables of `journal`. A run into the same folder does what is missing:
    snapshots that are new, whose content is another, that were skipped, or that were under way
    when a run was killed. A file of the same size and times is not read again, a URL not
    fetched again; what is gone or unreadable since keeps its crops.

    Args:
      names: Snapshots; see `sources.list_sources`.
      output: Folder, local or `gs://`; one job at a time may write to it.
      finder: Finds the people and cuts them out.
      batch_size: Snapshots that the network sees at once.
      save_every: Snapshots after which the work is saved for good.
      timeout: Seconds that a web server may stay silent.

    Raises:
      YolactError: a name matches nothing, there is no image at all, or `output` cannot be
        continued; see `journal.open_journal`.
    """
    names = list(names)
    total = sum(1 for _ in list_sources(names, output))
    if not total:
        raise YolactError(f"No image in {', '.join(names) or 'no sources'}: nothing to do.")
    with open_journal(output, _settings(finder)) as journal:
        started, processed = time.monotonic(), 0
        with (
            tqdm(total=total, desc="Segmenting", unit="image") as bar,
            ThreadPoolExecutor(_THREADS) as pool,
        ):
            claimed = filter(journal.claim, list_sources(names, output))
            read = functools.partial(_read, journal=journal, timeout=timeout)
            found = filter(None, _ahead(pool, read, claimed, batch_size + _THREADS))
            rows: list[dict[str, Any]] = []
            for batch in _batches(found, batch_size):
                rows += _process(batch, finder, output)
                processed += sum(snapshot.image is not None for snapshot in batch)
                bar.update(len(batch))
                if len(rows) >= save_every:
                    journal.publish(rows)
                    rows = []
            if rows:
                journal.publish(rows)
            bar.update(total - bar.n)
        speed = processed / (time.monotonic() - started)
        totals = journal.write_tables()
    return Summary(
        **dataclasses.asdict(totals), processed_now=processed, images_per_second=round(speed, 2)
    )


def _read(source: str, journal: Journal, timeout: float) -> _Snapshot | None:
    """Fetches a snapshot, or returns None for one that is done."""
    stamp, sha256 = None, ""
    try:
        stamp = snapshots.stamp(source)
        if journal.is_done(source, stamp):
            return None
        data = snapshots.read(source, timeout)
        sha256 = hashlib.sha256(data).hexdigest()
        image = None if journal.has_content(source, sha256) else snapshots.decode(data)
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


def _settings(finder: PeopleFinder) -> dict[str, Any]:
    segmenter = finder.segmenter
    return {
        **dataclasses.asdict(segmenter.selection),
        **dataclasses.asdict(finder.style),
        "network": segmenter.model.config.name,
        "weights": segmenter.fingerprint(),
    }


def _ahead(
    pool: ThreadPoolExecutor, function: Callable[[Item], Result], items: Iterator[Item], depth: int
) -> Iterator[Result]:
    """`map` on threads, no more than `depth` items ahead of the reader."""
    waiting = collections.deque[Future[Result]]()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) >= depth:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while batch := list(itertools.islice(items, size)):
        yield batch
