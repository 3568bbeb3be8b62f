"""What has been done in an output folder, kept so that a kill at any moment costs little.

OUTPUT/settings.json         what the crops were made with
OUTPUT/journal/NNNNNN.jsonl  finished snapshots, one a line; a file is published whole
OUTPUT/people.jsonl          a person a line, from the journal
OUTPUT/people.csv            the same without masks
OUTPUT/skipped.csv           snapshots that could not be used, with the reason
"""

import contextlib
import csv
import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

import tensorflow as tf

from yolact_tf import files
from yolact_tf.errors import YolactError
from yolact_tf.kept_settings import keep_or_compare

PEOPLE_COLUMNS = (
    *("source", "crop", "x1", "y1", "x2", "y2"),
    *("score", "class", "picture_width", "picture_height"),
)


@dataclasses.dataclass(frozen=True)
class Totals:
    """What an output folder holds: usable pictures, people in them, and the rest."""

    pictures: int
    people: int
    pictures_without_people: int
    skipped: int


class Journal:
    """The finished snapshots of an output folder; one job at a time may write to it."""

    def __init__(self, output: str, settings: Mapping[str, Any]) -> None:
        """Opens an output folder, new or to be continued.

        Args:
          output: the folder; made when absent.
          settings: all that crops depend on, as JSON holds it.

        Raises:
          YolactError: the folder was made with other settings, naming those that differ.
        """
        self.output = output
        self._folder = os.path.join(output, "journal")
        tf.io.gfile.makedirs(self._folder)
        _check_settings(os.path.join(output, "settings.json"), settings)
        self._done = {_digest(row["source"]) for row in self._rows() if "people" in row}
        self._next = 1 + max(
            (int(name.removesuffix(".jsonl")) for name in self._parts()), default=0
        )

    def claim(self, source: str) -> bool:
        """Whether `source` is still to be done; False from then on.

        What was skipped in an earlier run is tried again.
        """
        digest = _digest(source)
        if digest in self._done:
            return False
        self._done.add(digest)
        return True

    def publish(self, rows: list[dict[str, Any]]) -> None:
        """Notes finished snapshots for good, once their crops are written.

        Args:
          rows: `source` and either `skipped`, a reason, or `height`, `width` and `people`.
        """
        path = os.path.join(self._folder, f"{self._next:06d}.jsonl")
        files.write_text(path, "".join(json.dumps(row) + "\n" for row in rows))
        self._next += 1

    def write_tables(self) -> Totals:
        """Writes people.jsonl, people.csv and skipped.csv from all that is noted."""
        pictures = people = without = 0
        skipped: dict[str, str] = {}
        with (
            self._table("people.jsonl") as lines,
            self._table("people.csv") as table,
            self._table("skipped.csv") as skipped_table,
        ):
            table_rows = csv.DictWriter(table, PEOPLE_COLUMNS, lineterminator="\n")
            table_rows.writeheader()
            for row in self._rows():
                if "skipped" in row:
                    skipped[row["source"]] = row["skipped"]
                    continue
                skipped.pop(row["source"], None)
                pictures += 1
                people += len(row["people"])
                without += not row["people"]
                for person in row["people"]:
                    lines.write(json.dumps(_line(row, person)) + "\n")
                    table_rows.writerow(_columns(row, person))
            skipped_rows = csv.writer(skipped_table, lineterminator="\n")
            skipped_rows.writerows([("source", "reason"), *skipped.items()])
        return Totals(pictures, people, without, len(skipped))

    @contextlib.contextmanager
    def _table(self, name: str) -> Iterator[TextIO]:
        path = os.path.join(self.output, name)
        with files.replacing(path) as aside, tf.io.gfile.GFile(aside, "w") as file:
            file.write("")  # without it, a table without rows would be no file
            yield file

    def _parts(self) -> list[str]:
        """Names of the journal's files; what a killed job left aside is none of them."""
        names = tf.io.gfile.listdir(self._folder)
        return sorted(name for name in names if name.removesuffix(".jsonl").isdecimal())

    def _rows(self) -> Iterator[dict[str, Any]]:
        for name in self._parts():
            with tf.io.gfile.GFile(os.path.join(self._folder, name)) as file:
                yield from map(json.loads, file)


def _check_settings(path: str, settings: Mapping[str, Any]) -> None:
    """Keeps the settings of a new folder; refuses others in an old one."""
    differing = [
        f"{name} {kept} there and {given} now"
        for name, kept, given in keep_or_compare(path, settings)
    ]
    if differing:
        raise YolactError(
            f"{os.path.dirname(path)} holds crops made with other settings "
            f"({'; '.join(differing)}). Choose another output, or the same settings."
        )


def _digest(source: str) -> bytes:
    """Stands for a source in memory, for millions of them."""
    return hashlib.sha256(source.encode()).digest()[:16]


def _line(row: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
    size = {"picture_width": row["width"], "picture_height": row["height"]}
    return {"source": row["source"], **person, **size}


def _columns(row: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
    line = _line(row, person) | dict(zip(("x1", "y1", "x2", "y2"), person["box"], strict=True))
    return {name: line[name] for name in PEOPLE_COLUMNS}
