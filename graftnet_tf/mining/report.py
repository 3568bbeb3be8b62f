"""A mining's report: sample images of each cluster, nearest first, and suspect labels."""

import dataclasses
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from graftnet_tf.io import atomic_files, html_pages
from graftnet_tf.io.csv_tables import to_csv
from graftnet_tf.io.thumbnails import thumbnail
from graftnet_tf.mining.hard_negatives import HardNegatives
from graftnet_tf.workspace.example_table import ExampleTable

PAGE, TABLE, POSITIVES_TABLE = "report.html", "suspects.csv", "suspect_positives.csv"
_COLUMNS = ("image", "class", "positive_neighbours", "nearest_positive", "distance")
_POSITIVES_COLUMNS = (
    "image",
    "class",
    "likelier_class",
    "probability",
    "typical_probability",
    "nearest_of_likelier",
    "distance",
)
_SHOWN = 10  # images per cluster, and of each attribute's positives


@dataclasses.dataclass(frozen=True)
class ShownImage:
    """An image on the page.

    Attributes:
      path: Path of its file.
      stays: Whether training keeps it.
      thumbnail: JPEG bytes; None when the file is no longer at hand.
    """

    path: str
    stays: bool
    thumbnail: bytes | None


@dataclasses.dataclass(frozen=True)
class ReportedMining:
    """A mining, and what its report tells of it.

    Attributes:
      found: What was mined.
      examples: Examples that it was mined from.
      paths: Paths of their images.
      record: The fields of its manifest.
    """

    found: HardNegatives
    examples: ExampleTable
    paths: Sequence[str]
    record: dict[str, Any]

    def some(self, rows: np.ndarray) -> list[ShownImage]:
        """A few of the images at int [n] rows, drawn by the mining's seed."""
        random = np.random.default_rng(self.record["config"]["seed"])
        return self.images(random.permutation(rows)[:_SHOWN])

    def images(self, rows: Iterable[int]) -> list[ShownImage]:
        """The images at some rows, in their order."""
        return [
            ShownImage(self.paths[row], bool(self.found.mask[row]), thumbnail(self.paths[row]))
            for row in rows
        ]

    def positives(self) -> dict[str, list[ShownImage]]:
        """A few images of each attribute."""
        labels, task = self.examples.labels, self.record["task"]
        return {
            attribute: self.some(np.flatnonzero(labels == task["classes"].index(class_name)))
            for attribute, class_name in task["attributes"].items()
        }


def write_report(directory: str, version: str, reported: ReportedMining) -> None:
    """Writes `report.html`, which needs no other file and no network, and the suspects' tables."""
    page = html_pages.render(
        "graftnet_tf.mining",
        "report.html",
        version=version,
        record=reported.record,
        found=reported.found,
        reported=reported,
        clusters=list(zip(reported.found.clusters, reported.found.kept, strict=True)),
    )
    negatives, positives = reported.record["suspects"], reported.record["suspect_positives"]
    atomic_files.write_text(os.path.join(directory, PAGE), page)
    atomic_files.write_text(os.path.join(directory, TABLE), _table(_COLUMNS, negatives))
    atomic_files.write_text(
        os.path.join(directory, POSITIVES_TABLE), _table(_POSITIVES_COLUMNS, positives)
    )


def _table(columns: Sequence[str], suspects: Sequence[dict[str, Any]]) -> str:
    """CSV, a row per suspect, most suspect first."""
    return to_csv(columns, ([suspect[column] for column in columns] for suspect in suspects))
