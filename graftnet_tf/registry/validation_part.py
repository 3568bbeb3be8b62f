"""The validation part kept with a branch: what its thresholds were chosen on, with scores."""

import csv
import dataclasses
import io
import os

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_tables import to_csv
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.selection_probabilities import PROBABILITY, probability_cells
from graftnet_tf.workspace.string_column import StringColumn
from graftnet_tf.workspace.tasks import COLUMNS, CONTENT_COLUMN, Task, parse_list
from graftnet_tf.workspace.workspace import Workspace

VALIDATION = "validation.csv"
_SCORE = "score of {}".format  # a class's column


@dataclasses.dataclass(frozen=True)
class ValidationPart:
    """M examples that a branch did not learn from.

    In a file it is a task's list with a column more for each class: `score of positive`, and one
    for the probabilities where there are some.

    Attributes:
      task: Task as it was when the branch was trained.
      examples: The M examples.
      scores: float32 [M, classes], what the branch gives them, in float32 and with its temperature.
      probabilities: M cells, see `TaskSplit.probabilities`; None where the task's list had none.
    """

    task: Task
    examples: ExampleTable
    scores: np.ndarray
    probabilities: StringColumn | None = None

    def write(self, directory: str) -> None:
        """Writes the part into a branch that is being published."""
        known = {} if self.probabilities is None else {PROBABILITY: self.probabilities}
        parts = zip(self.examples, *known.values(), self.scores, strict=True)
        rows = (
            (it.image, self.task.classes[it.label], it.group, it.content, *cells, *row)
            for it, *cells, row in parts
        )
        header = (*COLUMNS, CONTENT_COLUMN, *known, *map(_SCORE, self.task.classes))
        atomic_files.write_text(os.path.join(directory, VALIDATION), to_csv(header, rows))


def is_kept(workspace: Workspace, task: str, version: str) -> bool:
    """Whether a published branch keeps its validation part; those of before it was kept do not.

    Raises:
      GraftNetError: there is no such branch.
    """
    directory = workspace.version_dir("branches", task, version)
    return tf.io.gfile.exists(os.path.join(directory, VALIDATION))


def read_validation_part(workspace: Workspace, task: str, version: str) -> ValidationPart:
    """The validation part of a published branch.

    Raises:
      GraftNetError: there is no such branch, it keeps none, or the file is damaged.
    """
    if not is_kept(workspace, task, version):
        raise GraftNetError(
            f"Branch {task}/{version} keeps no validation part: an earlier release trained it. "
            f"Train it again with `graftnet-train-branch --workspace={workspace.root} "
            f"--task={task}`."
        )
    directory = workspace.version_dir("branches", task, version)
    described = Task.from_dict(manifest.read(directory)["task"])
    path = os.path.join(directory, VALIDATION)
    content = atomic_files.read_bytes(path)
    examples = parse_list(content, path, described)
    scores = _scores(content, path, described)
    return ValidationPart(described, examples, scores, probability_cells(content))


def _scores(content: bytes, path: str, task: Task) -> np.ndarray:
    columns = list(map(_SCORE, task.classes))
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    try:
        scores = [[float(row[column]) for column in columns] for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise GraftNetError(
            f"{path} is damaged ({error!r}); expected a number in each of the columns "
            f"{', '.join(columns)}. Train the branch again."
        ) from None
    return np.array(scores, np.float32).reshape(-1, len(columns))
