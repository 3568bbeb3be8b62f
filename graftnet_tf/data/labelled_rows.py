"""The images of one or more tasks, decoded once, with each task's rows and labels."""

import dataclasses
import functools
import hashlib
import warnings
from collections.abc import Iterable, Sequence

import numpy as np
from absl import logging
from sklearn.model_selection import StratifiedGroupKFold

from graftnet_tf.data.class_weights import class_weights
from graftnet_tf.data.fingerprints import data_hash, input_name
from graftnet_tf.data.image_loading import DecodedImages, decode_all
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.task_split import TaskSplit
from graftnet_tf.workspace.tasks import Task, class_counts


@dataclasses.dataclass(frozen=True)
class LabelledRows:
    """The readable examples of one task.

    Attributes:
      task: Whose labels these are.
      rows: int64 [M], rows of the images.
      labels: int32 [M], class indices.
      groups: What must stay on one side of a split, per example.
    """

    task: Task
    rows: np.ndarray
    labels: np.ndarray
    groups: list[str]

    @functools.cached_property
    def class_weights(self) -> np.ndarray:
        """float32 [classes], which give every class the same say."""
        return class_weights(self.labels, len(self.task.classes))

    def subset(self, chosen: np.ndarray) -> "LabelledRows":
        """The examples at the int [n] positions `chosen`."""
        groups = [self.groups[position] for position in chosen]
        return LabelledRows(self.task, self.rows[chosen], self.labels[chosen], groups)

    def split(self, fraction: float, seed: int) -> tuple["LabelledRows", "LabelledRows"]:
        """(training part, validation part), no group on both sides, classes alike.

        Args:
          fraction: Fraction of the validation part, about; at most a half. It becomes more where
            rare classes could not be on both sides otherwise.
          seed: Seed of the choice.

        Raises:
          GraftNetError: a class has too few groups to be on both sides.
        """
        folds_wanted = max(round(1 / fraction), 2)
        most = min(folds_wanted, np.bincount(self.labels).max(), len(set(self.groups)))
        for count in range(most, 1, -1):
            folds = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of classes rarer than folds
                parts = list(folds.split(self.labels, self.labels, self.groups))
            for sides in parts:
                fitted, held_out = (self.subset(side) for side in sides)
                if fitted.class_weights.all() and held_out.class_weights.all():
                    return fitted, held_out
        raise GraftNetError(
            f"Task {self.task.name} has a class of too few images or groups; training needs "
            "one to learn from and another to choose the threshold by."
        )


@dataclasses.dataclass(frozen=True)
class LabelledImages:
    """Decoded training images.

    Attributes:
      images: uint8 [M, height, width, 3].
      rows: Row in `images` of each readable path.
      digests: SHA-256 of each row's pixels.
      tasks: One per task, in the order asked for.
      unreadable: Reason for each image left out.
      inputs: Sha256 of what was read: each task's list, labels and groups, and the pixels;
        and each task's data before decoding, see `data_hash`.
    """

    images: np.ndarray
    rows: dict[str, int]
    digests: list[bytes]
    tasks: list[LabelledRows]
    unreadable: dict[str, str]
    inputs: dict[str, str]

    def among(self, examples: LabelledRows, paths: Iterable[str]) -> LabelledRows:
        """The examples of `examples` whose images are among `paths`.

        Raises:
          GraftNetError: a class is left without an example.
        """
        wanted = [self.rows[path] for path in paths if path in self.rows]
        chosen = examples.subset(np.flatnonzero(np.isin(examples.rows, wanted)))
        if not chosen.class_weights.all():
            raise GraftNetError(
                f"Of task {examples.task.name} a class has no training image left (counts: "
                f"{np.bincount(chosen.labels, minlength=len(examples.task.classes)).tolist()} of "
                f"{list(examples.task.classes)}). Keep more of them in mining."
            )
        return chosen


def load(splits: Sequence[TaskSplit], preprocessing: Preprocessing) -> LabelledImages:
    """The images and labels of some tasks together, every different image read once.

    Unreadable images are logged and left out.

    Args:
      splits: The tasks' train splits.
      preprocessing: Preprocessing that gives the images' size.

    Raises:
      GraftNetError: a task has no readable image of some class.
    """
    return _label(splits, _decode(splits, preprocessing))


def load_each(
    splits: Sequence[TaskSplit], preprocessing: Preprocessing
) -> dict[str, LabelledImages]:
    """The images and labels of each task by itself, every different image read once.

    They share the decoded images; what is said of a task is what `load` of it alone says.

    Args:
      splits: The tasks' train splits.
      preprocessing: Preprocessing that gives the images' size.

    Returns:
      One for each task, by name.

    Raises:
      GraftNetError: a task has no readable image of some class.
    """
    images = _decode(splits, preprocessing)
    return {split.task.name: _label([split], images) for split in splits}


def _decode(splits: Sequence[TaskSplit], preprocessing: Preprocessing) -> DecodedImages:
    paths = sorted({path for split in splits for path in split.paths})
    images = decode_all(paths, preprocessing)
    for path, reason in images.unreadable.items():
        logging.warning("Left out: %s: %s", path, reason)
    return images


def _label(splits: Sequence[TaskSplit], images: DecodedImages) -> LabelledImages:
    tasks = [_labelled(split, images.rows) for split in splits]
    own = np.unique(np.concatenate([examples.rows for examples in tasks]))
    pixels = b"".join(images.digests[row] for row in own)
    inputs = {"images": hashlib.sha256(pixels).hexdigest()}
    for examples in tasks:
        positions = np.searchsorted(own, examples.rows)
        digest = hashlib.sha256(positions.tobytes() + examples.labels.tobytes())
        digest.update("\n".join(examples.groups).encode())
        inputs[f"tasks/{examples.task.name}"] = digest.hexdigest()
    for split in splits:
        inputs[input_name(split.task.name)] = data_hash(split, images.contents)
    paths = {path for split in splits for path in split.paths}
    unreadable = {path: why for path, why in images.unreadable.items() if path in paths}
    return LabelledImages(images.images, images.rows, images.digests, tasks, unreadable, inputs)


def _labelled(split: TaskSplit, rows: dict[str, int]) -> LabelledRows:
    pairs = zip(split.examples, split.paths, strict=True)
    readable = [(example, rows[path]) for example, path in pairs if path in rows]
    examples = [example for example, _ in readable]
    counts = class_counts(split.task, examples)
    if 0 in counts.values():
        raise GraftNetError(
            f"Task {split.task.name} has no readable training image of some class (counts: "
            f"{counts}); the unreadable ones are listed above."
        )
    return LabelledRows(
        split.task,
        np.array([row for _, row in readable], np.int64),
        np.array([example.label for example in examples], np.int32),
        [example.group for example in examples],
    )
