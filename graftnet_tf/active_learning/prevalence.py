"""How many of an archive show an attribute, by the labels of what was chosen from it."""

import numpy as np

from graftnet_tf.evaluation.selection_weights import selection_weights
from graftnet_tf.workspace.selection_probabilities import parse_probabilities
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace

_DOUBT = 1.0  # positive, and negative, that are added as in Laplace's rule of succession


def prevalence(workspace: Workspace, task: str, attribute: str) -> float | None:
    """Share of an archive that shows an attribute, by images whose probability is known.

    Args:
      workspace: Workspace.
      task: Name of a task that is there.
      attribute: One that it reports.

    Returns:
      In 0…1, neither included: `weighted_share`; None where no image has a probability.

    Raises:
      GraftNetError: a list is damaged, or a probability is none.
    """
    labels, probabilities = [], []
    for name in SPLITS:
        split = workspace.split(task, name)
        listed = workspace.path("tasks", task, f"{name}.csv")
        known = parse_probabilities(split.probabilities, split.examples.images, listed)
        if known is not None:
            shown = split.examples.labels == split.task.class_index(attribute)
            labels.append(shown[~np.isnan(known)])
            probabilities.append(known[~np.isnan(known)])
    if not labels:
        return None
    return weighted_share(np.concatenate(labels), np.concatenate(probabilities))


def weighted_share(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Share of positives weighted by 1 / probability (Hájek 1971), drawn a little towards a half.

    Args:
      labels: bool [N].
      probabilities: float [N] above 0, at most 1.
    """
    weights = selection_weights(probabilities)
    weights = weights * (len(weights) / weights.sum())
    return float((weights[labels].sum() + _DOUBT) / (len(weights) + 2 * _DOUBT))
