"""Tasks whose train split is a part of another's: fewer labels, or fewer of them positive."""

import dataclasses
import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.tasks import BINARY_CLASSES, SPLITS, Task, write_task
from graftnet_tf.workspace.workspace import Workspace

_POSITIVE = BINARY_CLASSES.index("positive")


def first(examples: Sequence[Example], count: int) -> list[Example]:
    """The first `count` examples; whole groups follow one another in drawn lists.

    Raises:
      GraftNetError: there are fewer.
    """
    if len(examples) < count:
        raise GraftNetError(f"{count} labels asked for of {len(examples)}; draw more snapshots.")
    return list(examples[:count])


def rare(examples: Sequence[Example], negatives_each: int, seed: int) -> list[Example]:
    """All negatives, and one positive for each `negatives_each` of them, drawn by the seed.

    Args:
      examples: Examples of a binary task.
      negatives_each: Negatives to one positive.
      seed: Seed of the choice.

    Raises:
      GraftNetError: there are too few positives for it, or none would be left.
    """
    positives = np.flatnonzero([example.label == _POSITIVE for example in examples])
    wanted = (len(examples) - len(positives)) // negatives_each
    if not 0 < wanted <= len(positives):
        raise GraftNetError(
            f"{len(examples) - len(positives)} negatives and {len(positives)} positives given; "
            f"{negatives_each} to 1 wants {wanted} positives. Draw other numbers of snapshots."
        )
    random = np.random.default_rng([seed, 8])
    kept = set(random.choice(positives, wanted, replace=False).tolist())
    return [
        example for row, example in enumerate(examples) if example.label != _POSITIVE or row in kept
    ]


def write_shorter(
    workspace: Workspace,
    name: str,
    train: Sequence[Example],
    test: Sequence[Example],
    *,
    folder: str = "",
) -> str:
    """Writes a binary task of these examples, unless it is there; returns its name.

    Args:
      workspace: Where to.
      name: Of the task and of its attribute.
      train: To learn from.
      test: To measure on.
      folder: Of the workspace, that the images' paths start at.
    """
    directory = workspace.path("tasks", name)
    if not tf.io.gfile.exists(directory):
        splits = {
            split: [
                dataclasses.replace(example, image=os.path.join(folder, example.image))
                for example in some
            ]
            for split, some in zip(SPLITS, (train, test), strict=True)
        }
        write_task(directory, Task.binary(name), splits)
    return name
