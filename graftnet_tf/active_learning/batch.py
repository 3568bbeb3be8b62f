"""A batch as it is published: what to label, why each image was chosen, and how likely that was."""

import csv
import dataclasses
import io
import os
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_tables import to_csv
from graftnet_tf.workspace.selection_probabilities import PROBABILITY
from graftnet_tf.workspace.tasks import Task

TABLE, FACTS = "batch.csv", "batch.json"
STRATEGY, SCORE = "strategy", "score"
COLUMNS = ("image", "class", "group", "sha256", STRATEGY, PROBABILITY, SCORE)


@dataclasses.dataclass(frozen=True)
class Chosen:
    """An image to label.

    Attributes:
      image: Path or URL.
      sha256: Of its content, in hex.
      group: What must stay on one side of any split.
      strategy: What it was drawn for.
      probability: How likely it was to be drawn, above 0.
      score: Of the served head, in 0…1; None where none was asked.
    """

    image: str
    sha256: str
    group: str
    strategy: str
    probability: float
    score: float | None = None

    @property
    def columns(self) -> dict[str, str]:
        """Why it was chosen, as cells of a task's list."""
        score = "" if self.score is None else f"{self.score:.6f}"
        return {STRATEGY: self.strategy, PROBABILITY: repr(self.probability), SCORE: score}

    @classmethod
    def of_cells(cls, cells: Mapping[str, str]) -> "Chosen":
        """The image that a row of `COLUMNS` tells of.

        Raises:
          KeyError, TypeError, ValueError: it tells of none.
        """
        return cls(
            cells["image"],
            cells["sha256"],
            cells["group"],
            cells[STRATEGY],
            float(cells[PROBABILITY]),
            float(cells[SCORE]) if cells[SCORE] else None,
        )


@dataclasses.dataclass(frozen=True)
class Batch:
    """Images to label for one task.

    Attributes:
      task: What is labelled.
      images: In the order in which they are asked for.
      facts: How the batch came to be, ready for JSON.
    """

    task: Task
    images: Sequence[Chosen]
    facts: dict[str, Any]


def check_new(directory: str) -> None:
    """Raises GraftNetError where there is something already: it may be being labelled."""
    if tf.io.gfile.exists(directory):
        raise GraftNetError(
            f"{directory} is there already, and may be being labelled: choose another --output, or "
            "leave --archive out to export that batch."
        )


def write_batch(directory: str, batch: Batch) -> None:
    """Publishes a batch: DIRECTORY/batch.csv, whose column `class` is to be filled, and its facts.

    Filled, it is a table for `graftnet-prepare-tasks --format=csv`.
    """
    rows = (
        (chosen.image, "", chosen.group, chosen.sha256, *chosen.columns.values())
        for chosen in batch.images
    )
    with atomic_files.replacing_directory(directory) as aside:
        atomic_files.write_text(os.path.join(aside, TABLE), to_csv(COLUMNS, rows))
        facts = {"task": batch.task.to_dict(), **batch.facts}
        atomic_files.write_json(os.path.join(aside, FACTS), facts)


def read_batch(directory: str) -> Batch:
    """The batch that `write_batch` published in a directory.

    Raises:
      GraftNetError: there is none, or it is damaged.
    """
    path = os.path.join(directory, TABLE)
    if not tf.io.gfile.exists(path):
        raise GraftNetError(
            f"{directory} has no {TABLE}: expected a folder that graftnet-collect wrote."
        )
    facts = atomic_files.read_json(os.path.join(directory, FACTS))
    rows = csv.DictReader(io.StringIO(atomic_files.read_bytes(path).decode(), newline=""))
    try:
        images = [Chosen.of_cells(row) for row in rows]
        task = Task.from_dict(facts.pop("task"))
    except (KeyError, TypeError, ValueError) as error:
        raise GraftNetError(
            f"{path} is not as graftnet-collect wrote it ({error!r}); restore it from a backup."
        ) from None
    return Batch(task, images, facts)
