"""Training, validation and test photos, and who knows which label of a training photo."""

import dataclasses

import numpy as np

from graftnet_tf.errors import GraftNetError
from tests.benchmarks.evidence.photos import UNKNOWN, Photos

TEST, VALIDATION = 0.3, 0.2  # shares of the groups
DIVISION_SEED = 20  # one division for all: test photos are the same for every contender and seed
SHARED, DISJOINT = "shared", "disjoint"


@dataclasses.dataclass(frozen=True)
class Division:
    """What contenders learn from, choose by, and are judged by at last.

    Attributes:
      train: Photos, with the labels that the regime leaves.
      validation: Photos with all their labels: choices are made on them, nothing is learnt.
      test: Photos without any label: their scores are kept, and compared by the report alone.
    """

    train: Photos
    validation: Photos
    test: Photos


def divide(photos: Photos, regime: str, seed: int) -> Division:
    """Divides by group; in regime "disjoint" each training group keeps the labels of one task only.

    Args:
      photos: All photos.
      regime: "shared": training photos keep all labels. "disjoint": each keeps one, as if every
        task had collected photos of its own (the paper's sub-datasets).
      seed: Decides which task a training group belongs to, nothing else.

    Raises:
      GraftNetError: an attribute has no training photo of either label left.
    """
    side = _sides(photos.groups)
    train = photos.subset(side == 0)
    if regime == DISJOINT:
        train = train.labelled(_one_label_each(train, seed))
    for column, name in enumerate(photos.names):
        if any(np.sum(train.labels[:, column] == value) < 2 for value in (0, 1)):
            raise GraftNetError(f"Of {name} there are no two training photos of either label.")
    test = photos.subset(side == 2)
    return Division(
        train, validation_photos(photos), test.labelled(np.full_like(test.labels, UNKNOWN))
    )


def judged_photos(photos: Photos) -> Photos:
    """The test photos with their labels: for the report, which writes down that it asked."""
    return photos.subset(_sides(photos.groups) == 2)


def validation_photos(photos: Photos) -> Photos:
    """The validation photos, with their labels."""
    return photos.subset(_sides(photos.groups) == 1)


def _sides(groups: np.ndarray) -> np.ndarray:
    """int [N]: 0 train, 1 validation, 2 test."""
    names, codes = np.unique(groups, return_inverse=True)
    drawn = np.random.default_rng(DIVISION_SEED).permutation(len(names)) / len(names)
    return np.select([drawn < TEST, drawn < TEST + VALIDATION], [2, 1], 0)[codes]


def _one_label_each(train: Photos, seed: int) -> np.ndarray:
    """int8 [N, L]; of every group the label of one task stays, tasks in turn."""
    names, codes = np.unique(train.groups, return_inverse=True)
    random = np.random.default_rng([seed, 1])
    tasks = random.permutation(len(names)) % len(train.names)
    kept = np.full_like(train.labels, UNKNOWN)
    rows = np.arange(len(train))
    kept[rows, tasks[codes]] = train.labels[rows, tasks[codes]]
    return kept
