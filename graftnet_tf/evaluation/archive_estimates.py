"""What holds of an archive, by images that were chosen from it with known probabilities."""

import dataclasses
from typing import Any

import numpy as np

from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.delong import auc_interval
from graftnet_tf.evaluation.selection_weights import effective_size, selection_weights
from graftnet_tf.evaluation.wilson import share_interval

Interval = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A figure in 0…1 of an archive; None where it is undefined.

    Attributes:
      value: Ratio of sums that are weighted by 1 / probability (Hájek 1971).
      interval: (low, high), 95 %, with groups as independent draws.
    """

    value: float | None
    interval: Interval | None


@dataclasses.dataclass(frozen=True)
class ArchiveEstimates:
    """One attribute in the archive that its images were chosen from.

    Intervals take draws as if each left the archive whole, which makes them too wide where most of
    an archive was drawn.

    Attributes:
      images: Number of scored images with a probability.
      without_probability: Number of scored images without, which are in no figure.
      effective_size: Number of images of equal weight that tell as much, see `effective_size`.
      threshold: Scores from here upwards count as positive.
      prevalence: Share of positives.
      auc: Area under the ROC curve; its interval is DeLong's, see `auc_interval`.
      accuracy, precision, recall, fpr: Figures at the threshold, as in `metrics`; their intervals,
        as that of the prevalence, are Wilson's, see `share_interval`.
    """

    images: int
    without_probability: int
    effective_size: float
    threshold: float
    prevalence: Estimate
    auc: Estimate
    accuracy: Estimate
    precision: Estimate
    recall: Estimate
    fpr: Estimate

    def figures(self) -> dict[str, Any]:
        """Every figure by column name, with the ends of its interval; undefined ones are None."""
        figures: dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Estimate):
                low, high = value.interval or (None, None)
                figures[field.name] = value.value
                figures |= {f"{field.name}_low": low, f"{field.name}_high": high}
            else:
                figures[field.name] = value
        return figures


def archive_estimates(
    labels: np.ndarray,
    scores: np.ndarray,
    groups: np.ndarray,
    probabilities: np.ndarray,
    threshold: float,
) -> ArchiveEstimates | None:
    """Estimates of an archive by the images that have a score and a probability.

    Args:
      labels: bool [N].
      scores: float [N] in 0…1; NaN for an image that could not be scored.
      groups: int [N], equal for images of one group.
      probabilities: float [N] above 0, at most 1, how likely each image was to be chosen, up to a
        factor that all have in common; NaN where it is not known.
      threshold: Scores from here upwards count as positive.

    Returns:
      None where no image has both.
    """
    scored = ~np.isnan(scores)
    chosen = scored & ~np.isnan(probabilities)
    if not chosen.any():
        return None
    labels, scores, groups = labels[chosen], scores[chosen], groups[chosen]
    weights = selection_weights(probabilities[chosen])
    row = metrics.at_threshold(labels, scores, threshold, weights)
    called, every = scores >= threshold, np.ones(len(labels), bool)

    def estimate(value: float | None, hits: np.ndarray, among: np.ndarray) -> Estimate:
        if value is None:
            return Estimate(None, None)
        return Estimate(value, share_interval(hits[among], groups[among], weights=weights[among]))

    return ArchiveEstimates(
        images=len(labels),
        without_probability=int(np.sum(scored & ~chosen)),
        effective_size=effective_size(weights),
        threshold=threshold,
        prevalence=estimate(float(np.average(labels, weights=weights)), labels, every),
        auc=Estimate(
            metrics.auc(labels, scores, weights),
            auc_interval(labels, scores, groups=groups, weights=weights),
        ),
        accuracy=estimate(row.accuracy, called == labels, every),
        precision=estimate(row.precision, labels, called),
        recall=estimate(row.recall, called, labels),
        fpr=estimate(row.fpr, called, ~labels),
    )
