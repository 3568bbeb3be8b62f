"""What learning curves say that more labels will bring, and what these did bring."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.active_learning.learning_curve import LEAST, learning_curve, probe_auc
from tests.benchmarks.label_efficiency.annotated import Annotated
from tests.benchmarks.label_efficiency.rounds import TEST_FRACTION, rounds_of


def forecasts(people: Annotated, least: int, seed: int) -> list[dict[str, Any]]:
    """For each task, from each round of labels drawn at random to the next.

    Args:
      people: Whose labels are known.
      least: Images of each class that a task needs in all.
      seed: Of the split and the labels.
    """
    archive, tested = people.sides(TEST_FRACTION, seed)
    order = np.random.default_rng(seed).permutation(archive)
    rounds = rounds_of(people, seed)
    found = []
    for place, task in enumerate(people.names):
        truth = people.labels[:, place]
        if not least <= truth.sum() <= len(truth) - least:
            continue
        aucs = {}
        for total in rounds:
            rows = order[:total]
            if len(np.unique(truth[rows])) == 2:
                aucs[total] = probe_auc(people.vectors, truth, rows, tested)
        for now, after in itertools.pairwise(rounds):
            rows = order[:now]
            groups = people.groups[rows]
            enough = (len(np.unique(groups[truth[rows] == shown])) for shown in (True, False))
            if now not in aucs or min(enough) < LEAST:
                continue
            curve = learning_curve(people.vectors[rows], truth[rows], groups, seed)
            gain = curve.gain(now, after - now)
            found.append(
                {
                    "task": task,
                    "now": now,
                    "after": after,
                    "forecast": [gain.value, gain.low, gain.high],
                    "came": aucs[after] - aucs[now],
                }
            )
    return found


def told(found: Sequence[dict[str, Any]]) -> str:
    """How forecasts and what came agree."""
    value, low, high = np.array([one["forecast"] for one in found]).T
    came = np.array([one["came"] for one in found])
    held = np.mean((low <= came) & (came <= high))
    return (
        f"{len(found)} forecasts: {value.mean():+.4f} said, {came.mean():+.4f} came, "
        f"{held:.3f} within the interval, correlation {np.corrcoef(value, came)[0, 1]:.3f}, "
        f"error {np.sqrt(np.mean((value - came) ** 2)):.4f}"
    )
