"""What learning curves say that more labels will bring, and what these did bring."""

import itertools

import numpy as np
from sklearn.metrics import roc_auc_score

from graftnet_tf.active_learning.learning_curve import LEAST, learning_curve
from graftnet_tf.training import linear_probe
from tests.benchmarks.label_efficiency.annotated import Annotated
from tests.benchmarks.label_efficiency.rounds import TEST_FRACTION, rounds_of


def forecasts(people: Annotated, least: int, seed: int) -> list[dict]:
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
                kernel, _ = linear_probe.fit(people.vectors[rows], truth[rows].astype(int), 2)
                scores = (people.vectors[tested] @ kernel)[:, 1]
                aucs[total] = float(roc_auc_score(truth[tested], scores))
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
                    "sizes": curve.sizes.tolist(),
                    "aucs": curve.aucs.tolist(),
                }
            )
    return found
