"""Which examples are learnt from, and which the threshold is chosen by."""

import warnings
from collections.abc import Iterator

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from graftnet_tf.errors import GraftNetError

SAMPLE = 8192  # of a large task's rows, those from which the validation part is taken
_CROWD = 1 / 8  # share of the sample at which a group would crowd others out


class TooFewGroupsError(GraftNetError):
    """A class has too few groups to be on both sides; the message does not know the task."""


def split(
    labels: np.ndarray,
    groups: np.ndarray,
    classes: int,
    *,
    fraction: float,
    seed: int,
    sample: int = SAMPLE,
) -> tuple[np.ndarray, np.ndarray]:
    """Divides examples so that no group is on both sides and every class is, classes alike.

    Of more than twice `sample` examples the validation part comes from about as many, drawn by the
    seed: whole groups, about as many examples of every class, rare classes whole for longest.
    Every other group is learnt from, so that the validation part no longer grows with the task.
    The sample is larger only where it could not be divided otherwise.

    Args:
      labels: int [M] in 0…classes-1.
      groups: int [M], equal for what must stay on one side. Codes in the order of the groups'
        names, see `in_name_order`, give the split that the names would; others give another.
      classes: Number of classes.
      fraction: Fraction of the validation part, about, of the examples or of the sample; at most
        a half. It becomes more where rare classes could not be on both sides otherwise.
      seed: Seed of the choice.
      sample: Examples, at least 1, that the validation part of a large task comes from.

    Returns:
      int64 [m] and [M - m], ascending positions of the fitted part and of the validation part.

    Raises:
      TooFewGroupsError: a class has too few groups to be on both sides.
    """
    for some in _samples(labels, groups, seed, sample):
        held_out = _held_out(labels[some], groups[some], classes, fraction, seed)
        if held_out is not None:
            fitted = np.ones(len(labels), bool)
            fitted[some[held_out]] = False
            return np.flatnonzero(fitted), some[held_out]
    raise TooFewGroupsError("A class has too few images or groups to be on both sides.")


def _held_out(
    labels: np.ndarray, groups: np.ndarray, classes: int, fraction: float, seed: int
) -> np.ndarray | None:
    """Ascending positions of a validation part; None where a class cannot be on both sides."""
    pairs = np.unique(np.stack([labels, groups]), axis=1)
    if np.bincount(pairs[0], minlength=classes).min() < 2:
        return None
    most = min(max(round(1 / fraction), 2), np.bincount(labels).max(), len(np.unique(groups)))
    for count in range(most, 1, -1):
        folds = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of classes rarer than folds
            parts = list(folds.split(labels, labels, groups))
        for sides in parts:
            if all(np.bincount(labels[side], minlength=classes).all() for side in sides):
                return sides[1]
    return None


def _samples(
    labels: np.ndarray, groups: np.ndarray, seed: int, wanted: int
) -> Iterator[np.ndarray]:
    """Ascending positions of ever larger samples of whole groups; of all examples at last."""
    count = len(labels)
    if count > 2 * wanted:
        _, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        large = sizes > max(wanted * _CROWD, 1)
        order = _order(labels, codes, large, np.random.default_rng([seed, 6]))
        before = np.empty(len(sizes), np.int64)  # examples of the groups that come earlier
        before[order] = np.cumsum(sizes[order]) - sizes[order]
        while wanted < count:
            yield np.flatnonzero(before[codes] < wanted)
            wanted *= 2
    yield np.arange(count)


def _order(
    labels: np.ndarray, codes: np.ndarray, large: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """int64 [groups], the groups in the order in which they enter a sample.

    Each class hands in its examples group by group in a random order, large groups last, and a
    group enters with the first of its examples that any class hands in. Large groups of which no
    class is in need come after all others.

    Args:
      labels: int [M].
      codes: int64 [M] in 0…groups-1.
      large: bool [groups], whether it would crowd others out.
      random: Decides.
    """
    count = len(large)
    ranks = np.empty(count, np.int64)
    ranks[np.lexsort((random.permutation(count), large))] = np.arange(count)
    handed_in = np.lexsort((ranks[codes], labels))  # class by class
    starts = np.searchsorted(labels[handed_in], labels[handed_in])
    turns = np.full(count, len(labels), np.int64)
    np.minimum.at(turns, codes[handed_in], np.arange(len(labels)) - starts)
    spare = large & ~_needed(labels, codes, large)
    return np.lexsort((ranks, turns, spare))


def _needed(labels: np.ndarray, codes: np.ndarray, large: np.ndarray) -> np.ndarray:
    """bool [groups], whether a class that is in a group is in fewer than two that are not large."""
    classes, owners = np.divmod(np.unique(labels * np.int64(len(large)) + codes), len(large))
    in_need = np.bincount(classes, weights=~large[owners]) < 2
    return np.bincount(owners, weights=in_need[classes]) > 0
