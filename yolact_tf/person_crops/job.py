"""The job: from snapshots to crops, any number of them, resumable."""

import collections
import dataclasses
import hashlib
import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import tensorflow as tf
from tqdm import tqdm

from yolact_tf.errors import YolactError
from yolact_tf.people import PeopleFinder, Person
from yolact_tf.person_crops.journal import Journal, Totals
from yolact_tf.person_crops.snapshot import UnreadableError, read_snapshot
from yolact_tf.person_crops.sources import list_sources

_THREADS = 4

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclasses.dataclass(frozen=True)
class Summary(Totals):
    """What the output folder holds, and the speed of this run: usable and skipped snapshots."""

    processed_now: int
    pictures_per_second: float


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

    Makes OUTPUT/crops/XX/NAME-NNN.png, one for each person, named by a hash of its source,
    and the tables of `journal`. A run into the same folder does what is missing: snapshots
    that are new, that were skipped, or that were under way when a run was killed.

    Args:
      names: snapshots; see `sources.list_sources`.
      output: folder, local or `gs://`; one job at a time may write to it.
      finder: finds the people and cuts them out.
      batch_size: snapshots that the network sees at once.
      save_every: snapshots after which the work is saved for good.
      timeout: seconds that a web server may stay silent.

    Raises:
      YolactError: a name matches nothing, there is no picture at all, or `output` was made
        with other settings.
    """
    names = list(names)
    total = sum(1 for _ in list_sources(names, output))
    if not total:
        raise YolactError(f"No picture in {', '.join(names) or 'no sources'}: nothing to do.")
    journal = Journal(output, _settings(finder))
    started, processed = time.monotonic(), 0

    def read(source: str) -> tuple[str, tf.Tensor | UnreadableError]:
        try:
            return source, read_snapshot(source, timeout)
        except UnreadableError as error:
            return source, error

    with (
        tqdm(total=total, desc="Segmenting", unit="picture") as bar,
        ThreadPoolExecutor(_THREADS) as pool,
    ):
        missing = filter(journal.claim, list_sources(names, output))
        snapshots = _ahead(pool, read, missing, batch_size + _THREADS)
        batches = _batches(snapshots, batch_size)
        for several in _batches(batches, max(1, save_every // batch_size)):
            rows = []
            for batch in several:
                rows += _process(batch, finder, output)
                bar.update(len(batch))
            journal.publish(rows)
            processed += len(rows)
        bar.update(total - bar.n)
    speed = processed / (time.monotonic() - started)
    totals = journal.write_tables()
    return Summary(
        **dataclasses.asdict(totals), processed_now=processed, pictures_per_second=round(speed, 2)
    )


def _process(
    batch: list[tuple[str, tf.Tensor | UnreadableError]], finder: PeopleFinder, output: str
) -> list[dict[str, Any]]:
    """Writes the crops of a few snapshots; returns their rows of the journal."""
    readable = [picture for _, picture in batch if not isinstance(picture, UnreadableError)]
    found = iter(finder(readable))
    rows: list[dict[str, Any]] = []
    for source, picture in batch:
        if isinstance(picture, UnreadableError):
            rows.append({"source": source, "skipped": str(picture)})
            continue
        height, width = picture.shape[:2]
        people = [
            {
                "crop": _write_crop(person, source, number, output),
                "box": person.box,
                "score": person.score,
                "class": person.class_name,
                "mask": person.run_lengths(height, width),
            }
            for number, person in enumerate(next(found))
        ]
        rows.append({"source": source, "height": height, "width": width, "people": people})
    return rows


def _write_crop(person: Person, source: str, number: int, output: str) -> str:
    """Writes a crop and returns its path in `output`; the same for the same person again."""
    name = hashlib.sha256(source.encode()).hexdigest()[:32]
    path = os.path.join("crops", name[:2], f"{name}-{number:03d}.png")
    tf.io.gfile.makedirs(os.path.join(output, os.path.dirname(path)))
    with tf.io.gfile.GFile(os.path.join(output, path), "wb") as file:
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
