"""What has been done in an output folder, kept so that a kill at any moment costs little.

OUTPUT/settings.json         what the crops were made with
OUTPUT/journal/N-ID.jsonl    finished snapshots, one a line; a file is published whole
OUTPUT/people.jsonl          a person a line, from the journal
OUTPUT/people.csv            the same without masks
OUTPUT/skipped.csv           snapshots that could not be used, with the reason

A snapshot is known by its location and its content. One that was replaced has a later line,
which alone counts; its former crops are removed once no table names them.
"""

import contextlib
import csv
import dataclasses
import hashlib
import json
import os
import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TextIO

import tensorflow as tf

from graftnet_tf.io import atomic_files, output_folder
from yolact_tf.errors import YolactError

PEOPLE_COLUMNS = (
    *("source", "crop", "x1", "y1", "x2", "y2"),
    *("score", "class", "image_width", "image_height"),
)
_FOLDER = "journal"
_PART = re.compile(r"\d+-[0-9a-f]+\.jsonl")
_OLD_PART = re.compile(r"\d+\.jsonl")


@dataclasses.dataclass(frozen=True)
class Totals:
    """What an output folder holds: usable images, people in them, and the rest."""

    images: int
    people: int
    images_without_people: int
    skipped: int


class _Noted(NamedTuple):
    """What is kept in memory of a finished snapshot, for millions of them.

    Attributes:
      line: Which line of the journal counts.
      content: Digest of the file's content.
      stamp: Value of `image_fetching.stamp`, when it was done.
    """

    line: int
    content: bytes
    stamp: str | None


@contextlib.contextmanager
def open_journal(output: str, settings: Mapping[str, Any]) -> Iterator["Journal"]:
    """Opens an output folder, new or to be continued, for this job alone.

    Args:
      output: The folder; made when absent.
      settings: All that crops depend on, as JSON holds it.

    Raises:
      YolactError: another job writes there (not noticed on remote file systems, which have no
        locks; there, both jobs' work is kept), the folder was made with other settings, naming
        those that differ, or by a version that knew snapshots by their names alone.
    """
    tf.io.gfile.makedirs(output)
    with output_folder.held(output, error=YolactError):
        yield Journal(output, settings)


class Journal:
    """The finished snapshots of an output folder; see `open_journal`."""

    def __init__(self, output: str, settings: Mapping[str, Any]) -> None:
        self.output = output
        self._folder = os.path.join(output, _FOLDER)
        tf.io.gfile.makedirs(self._folder)
        self._refuse_old()
        output_folder.check_settings(output, settings, results="crops", error=YolactError)
        self._claimed = set[bytes]()
        parts = self._parts()
        self._next = 1 + max(map(_number, parts), default=0)
        self._noted = self._read_noted(parts)

    def claim(self, source: str) -> bool:
        """Whether `source` has not been claimed by this run; False from then on."""
        digest = _digest(source)
        if digest in self._claimed:
            return False
        self._claimed.add(digest)
        return True

    def is_done(self, source: str, stamp: str | None) -> bool:
        """Whether a snapshot is finished and has not been replaced since.

        Args:
          source: Its location.
          stamp: Stamp, see `image_fetching.stamp`; None for what cannot be told, which is taken for
            the same.
        """
        noted = self._noted.get(_digest(source))
        return noted is not None and stamp in (None, noted.stamp)

    def has_content(self, source: str, sha256: str) -> bool:
        """Whether a snapshot is finished and had this content."""
        noted = self._noted.get(_digest(source))
        return noted is not None and noted.content == _digest(sha256)

    def content(self, source: str) -> str | None:
        """Stands for the content of a finished snapshot, as `content_digest` of it does."""
        noted = self._noted.get(_digest(source))
        return noted and noted.content.hex()

    def next_part(self) -> int:
        """Number of the next file of the journal."""
        return self._next

    def parts(self) -> set[str]:
        """Names of the journal's files."""
        return set(self._parts())

    def processed(self, parts: Collection[str]) -> int:
        """Snapshots of some of its files that were looked at, usable or not."""
        return sum("people" in row or "skipped" in row for row in self._rows(sorted(parts)))

    def publish(self, rows: list[dict[str, Any]]) -> None:
        """Notes finished snapshots for good, once their crops are written.

        Args:
          rows: `source` and `stamp`, and of what could be used its `sha256`; with that,
            `height`, `width` and `people`, unless they are noted for this content already;
            without, the reason in `skipped`.
        """
        publish_part(self.output, part_name(self._next, uuid.uuid4().hex), rows)
        self._next += 1

    def write_tables(self) -> Totals:
        """Writes people.jsonl, people.csv and skipped.csv, and removes replaced crops."""
        parts = self._parts()  # once: where there are no locks, another job may add some
        self._noted = self._read_noted(parts)
        images = people = without = 0
        skipped: dict[str, str] = {}
        with (
            self._table("people.jsonl") as lines,
            self._table("people.csv") as table,
            self._table("skipped.csv") as skipped_table,
        ):
            table_rows = csv.DictWriter(table, PEOPLE_COLUMNS, lineterminator="\n")
            table_rows.writeheader()
            for number, row in enumerate(self._rows(parts)):
                if "skipped" in row:
                    skipped[row["source"]] = row["skipped"]
                    continue
                skipped.pop(row["source"], None)
                if "people" not in row or self._noted[_digest(row["source"])].line != number:
                    continue
                images += 1
                people += len(row["people"])
                without += not row["people"]
                for person in row["people"]:
                    lines.write(json.dumps(_line(row, person)) + "\n")
                    table_rows.writerow(_columns(row, person))
            skipped_rows = csv.writer(skipped_table, lineterminator="\n")
            skipped_rows.writerows([("source", "reason"), *skipped.items()])
        self._remove_replaced_crops(parts)
        return Totals(images, people, without, len(skipped))

    def _remove_replaced_crops(self, parts: list[str]) -> None:
        for row in self._rows(parts):
            if "people" not in row or self.has_content(row["source"], row["sha256"]):
                continue
            for person in row["people"]:
                with contextlib.suppress(tf.errors.NotFoundError):
                    tf.io.gfile.remove(os.path.join(self.output, person["crop"]))

    @contextlib.contextmanager
    def _table(self, name: str) -> Iterator[TextIO]:
        path = os.path.join(self.output, name)
        with atomic_files.replacing(path) as aside, tf.io.gfile.GFile(aside, "w") as file:
            file.write("")  # without it, a table without rows would be no file
            yield file

    def _parts(self) -> list[str]:
        """The journal's files in order; what a killed job left aside is none of them."""
        names = filter(_PART.fullmatch, tf.io.gfile.listdir(self._folder))
        return sorted(names, key=lambda name: (_number(name), name))

    def _rows(self, parts: list[str]) -> Iterator[dict[str, Any]]:
        for name in parts:
            path = os.path.join(self._folder, name)
            with tf.io.gfile.GFile(path) as file:
                try:
                    yield from map(json.loads, file)
                except ValueError as error:
                    raise YolactError(
                        f"{path} is damaged ({error}); delete it, and what it noted is done again."
                    ) from None

    def _read_noted(self, parts: list[str]) -> dict[bytes, _Noted]:
        noted: dict[bytes, _Noted] = {}
        for number, row in enumerate(self._rows(parts)):
            if "sha256" not in row:
                continue
            source, content = _digest(row["source"]), _digest(row["sha256"])
            if "people" in row:
                noted[source] = _Noted(number, content, row["stamp"])
            elif source in noted:
                noted[source] = noted[source]._replace(stamp=row["stamp"])
        return noted

    def _refuse_old(self) -> None:
        if any(map(_OLD_PART.fullmatch, tf.io.gfile.listdir(self._folder))):
            path = self.output.rstrip("/")
            raise YolactError(
                f"{path} was written by an earlier version, which took two snapshots of one name "
                f"for the same. Move it away (mv {path} {path}-old) and run the same command again."
            )


def part_name(number: int, identity: str) -> str:
    """File name of a part of the journal.

    Args:
      number: Its place.
      identity: Hex digits that tell it from another of the same number.
    """
    return f"{number:06d}-{identity[:8]}.jsonl"


def publish_part(output: str, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Publishes a part of a folder's journal whole; see `Journal.publish`."""
    path = os.path.join(output, _FOLDER, name)
    atomic_files.write_text(path, "".join(json.dumps(row) + "\n" for row in rows))


def content_digest(sha256: str) -> str:
    """What stands for a content in a journal."""
    return _digest(sha256).hex()


def _number(part: str) -> int:
    return int(part.partition("-")[0])


def _digest(text: str) -> bytes:
    """Stands for a location or a content in memory, for millions of them."""
    return hashlib.sha256(text.encode(errors="surrogateescape")).digest()[:16]


def _line(row: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
    size = {"image_width": row["width"], "image_height": row["height"]}
    return {"source": row["source"], **person, **size}


def _columns(row: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
    line = _line(row, person) | dict(zip(("x1", "y1", "x2", "y2"), person["box"], strict=True))
    return {name: line[name] for name in PEOPLE_COLUMNS}
