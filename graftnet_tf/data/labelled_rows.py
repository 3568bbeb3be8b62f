"""A task's examples: which images, with which labels, and what must stay together."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from graftnet_tf.data import validation_split
from graftnet_tf.data.class_weights import class_weights
from graftnet_tf.data.group_codes import in_name_order
from graftnet_tf.data.image_reader import ImageReader, UnreadableRowsError
from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.string_column import StringColumn
from graftnet_tf.workspace.tasks import Task

Result = TypeVar("Result")

_AT_ONCE = 64  # images


@dataclasses.dataclass(frozen=True)
class LabelledRows:
    """Examples of one task.

    Attributes:
      task: Whose labels these are.
      reader: Reads the images.
      rows: int64 [M], rows of the images.
      labels: int32 [M], class indices.
      groups: int64 [M], rows in `group_names`, equal for what must stay on one side of a split.
      group_names: Different names of the groups.
    """

    task: Task
    reader: ImageReader
    rows: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    group_names: Sequence[str] | StringColumn

    @functools.cached_property
    def class_weights(self) -> np.ndarray:
        """float32 [classes], which give every class the same say."""
        return class_weights(self.labels, len(self.task.classes))

    @property
    def counts(self) -> dict[str, int]:
        """Number of examples of each class, zero included, in class order."""
        return self.task.counts(self.labels)

    def subset(self, chosen: np.ndarray) -> "LabelledRows":
        """The examples at the int [n] positions `chosen`."""
        return dataclasses.replace(
            self, rows=self.rows[chosen], labels=self.labels[chosen], groups=self.groups[chosen]
        )

    def readable(self) -> "LabelledRows":
        """Those that have not turned out to be unreadable so far.

        Raises:
          GraftNetError: a class is left without an example.
        """
        left = self.subset(np.flatnonzero(~self.reader.unreadable[self.rows]))
        if not left.class_weights.all():
            raise GraftNetError(
                f"Task {self.task.name} has no readable training image of some class (counts: "
                f"{left.counts} of {self.counts}); the unreadable ones are listed above."
            )
        return left

    def read_once(self) -> "LabelledRows":
        """Those that are readable, which is found out by reading all of them.

        Raises:
          GraftNetError: a class is left without an example.
        """
        for first in range(0, len(self.rows), _AT_ONCE):
            self.reader.readable(self.rows[first : first + _AT_ONCE], self.reader.read)
        return self.readable()

    def among(self, rows: np.ndarray) -> "LabelledRows":
        """Those whose images are among int [n] rows.

        Raises:
          GraftNetError: a class is left without an example.
        """
        chosen = self.subset(np.flatnonzero(np.isin(self.rows, rows)))
        if not chosen.class_weights.all():
            raise GraftNetError(
                f"Of task {self.task.name} a class has no training image left (counts: "
                f"{chosen.counts}). Keep more of them in mining."
            )
        return chosen

    def batch(
        self, chosen: np.ndarray, read: Callable[[np.ndarray], Result]
    ) -> tuple[np.ndarray, Result]:
        """What a function that reads gives for some examples, each in its place.

        An example whose image is unreadable gives way to the next one of the task that is
        readable, so that a batch depends on the files alone, however a run came to it.

        Args:
          chosen: int [n] positions of the examples.
          read: Function of int [n] rows, which may raise `UnreadableRowsError`.

        Returns:
          (int [n] positions of the examples that it is of, what `read` gives for their rows).

        Raises:
          GraftNetError: a class is left without a readable image.
        """
        while True:
            chosen = self._substituted(chosen)
            try:
                return chosen, read(self.rows[chosen])
            except UnreadableRowsError:
                self.readable()

    def _substituted(self, chosen: np.ndarray) -> np.ndarray:
        """The positions that stand for int [n] `chosen`, as far as is known."""
        for _ in self.rows:
            bad = self.reader.unreadable[self.rows[chosen]]
            if not bad.any():
                return chosen
            chosen = np.where(bad, (chosen + 1) % len(self.rows), chosen)
        raise GraftNetError(f"Task {self.task.name} has no readable training image at all.")

    def split(
        self, fraction: float, seed: int, sample: int = validation_split.SAMPLE
    ) -> tuple["LabelledRows", "LabelledRows"]:
        """(training part, validation part), no group on both sides, classes alike.

        Args:
          fraction: Fraction of the validation part, about; at most a half. It becomes more where
            rare classes could not be on both sides otherwise, and less of a large task.
          seed: Seed of the choice.
          sample: Examples that the validation part of a large task comes from.

        Raises:
          GraftNetError: a class has too few groups to be on both sides.
        """
        groups, classes = in_name_order(self.groups, self.group_names), len(self.task.classes)
        try:
            fitted, held_out = validation_split.split(
                self.labels, groups, classes, fraction=fraction, seed=seed, sample=sample
            )
        except validation_split.TooFewGroupsError:
            raise GraftNetError(
                f"Task {self.task.name} has a class of too few images or groups; training needs "
                "one to learn from and another to choose the threshold by."
            ) from None
        return self.subset(fitted), self.subset(held_out)
