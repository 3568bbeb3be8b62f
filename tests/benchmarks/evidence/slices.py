"""A contender's figures by what else is known of a photo: its view, for example."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.slices import by_value
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace
from tests.benchmarks.evidence.photos import UNKNOWN, Photos


def values_of(workspace: Workspace, tasks: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Of each photo the first of some binary tasks that it is a positive of; empty if of none."""
    found: dict[str, str] = {}
    for name in tasks:
        shown = workspace.task(name).class_index(name)
        for split in SPLITS:
            for example in workspace.examples(name, split):
                if example.label == shown:
                    found.setdefault(workspace.image_path(example.image), name)
    return [found.get(path, "") for path in paths]


def by_slice(
    scores: dict[str, np.ndarray], test: Photos, validation: Photos, values: Sequence[str]
) -> list[dict[str, Any]]:
    """Figures of each attribute for each value, the lowest AUC of an attribute first.

    Args:
      scores: float32 [N, L] of the "test" and "validation" photos.
      test, validation: Photos with their labels; thresholds are chosen on the latter.
      values: Value of each test photo.

    Returns:
      The attribute and the figures of `Slice` for each, where the photos of that value have at
      least `FEW_EXAMPLES` positives and as many negatives.
    """
    rows = []
    for column, attribute in enumerate(test.names):
        known, held = (part.labels[:, column] != UNKNOWN for part in (test, validation))
        threshold = metrics.best_threshold(
            validation.labels[held, column] == 1, scores["validation"][held, column]
        )
        slices = by_value(
            [values[row] for row in np.flatnonzero(known)],
            test.labels[known, column] == 1,
            scores["test"][known, column],
            test.groups[known],
            0.5 if threshold is None else threshold,
        )
        rows += [
            {"attribute": attribute, **one.figures()}
            for one in slices
            if min(one.row.positives, one.row.negatives) >= metrics.FEW_EXAMPLES
        ]
    return rows
