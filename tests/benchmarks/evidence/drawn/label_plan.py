"""Which label is the new one, and which labels the trunks before it were trained on."""

import numpy as np

from tests.benchmarks.evidence.drawn.setting import TASKS

NEW_LABELS = ("ladys_bag", "old_age")  # by seed, in turn
LABELS = (5, 10, 15)  # of a trunk


def new_label(seed: int) -> str:
    """The task that comes last."""
    return NEW_LABELS[seed % len(NEW_LABELS)]


def earlier_labels(seed: int, count: int) -> tuple[str, ...]:
    """The first `count` of the 15 other tasks, in an order drawn by the seed.

    The labels of a trunk are among those of a trunk of more.
    """
    others = [name for name in TASKS if name != new_label(seed)]
    return tuple(np.random.default_rng([seed, 6]).permutation(others)[:count].tolist())
