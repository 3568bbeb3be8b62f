"""The page of a report: one HTML document with every image inside it."""

import itertools
from collections.abc import Mapping

from graftnet_tf.evaluation.evaluate import Evaluation
from graftnet_tf.evaluation.metrics import ECE_BINS
from graftnet_tf.evaluation.par_evaluation import ParEvaluation
from graftnet_tf.evaluation.report.figures import histogram_png
from graftnet_tf.evaluation.report.mistakes import false_negatives, false_positives
from graftnet_tf.io import html_pages

_MISTAKES_SHOWN = 6
_UNREADABLE_LISTED = 100


def render(
    evaluation: Evaluation, curves: Mapping[str, bytes], par: ParEvaluation | None = None
) -> str:
    """The HTML document.

    Args:
      evaluation: What to show.
      curves: PNG bytes of each attribute's ROC curve.
      par: Figures over all attributes jointly, where they were asked for.
    """
    measured = [a for a in evaluation.attributes if a.auc is not None]
    return html_pages.render(
        "graftnet_tf.evaluation.report",
        "page.html",
        evaluation=evaluation,
        par=par,
        metadata=evaluation.metadata,
        ranked=sorted(measured, key=lambda a: a.auc, reverse=True),
        roc=curves,
        shown=_MISTAKES_SHOWN,
        ece_bins=ECE_BINS,
        unreadable=dict(itertools.islice(evaluation.unreadable.items(), _UNREADABLE_LISTED)),
        histogram_png=histogram_png,
        false_positives=false_positives,
        false_negatives=false_negatives,
    )
