"""The images of a report: ROC curve and score histogram of one attribute, as PNG."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from graftnet_tf.evaluation.evaluate import AttributeEvaluation
from graftnet_tf.io.figures import DPI, FAINT, INK, NEGATIVE, POSITIVE, STYLE, png

_HEIGHT = 2.3  # inches
_BINS = 40
_STEPS = 2000  # of a curve from corner to corner, finer than its pixels


def roc_png(attribute: AttributeEvaluation) -> bytes:
    """The ROC curve, with a dot where the model's threshold stands."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(_HEIGHT, _HEIGHT), dpi=DPI, layout="constrained")
        axes = figure.add_subplot(aspect="equal")
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8)
        row = attribute.row
        if row.recall is None or row.fpr is None:
            axes.text(0.5, 0.55, "no curve without\npositives and negatives", ha="center")
        else:
            scored = ~np.isnan(attribute.scores)
            fpr, recall, _ = roc_curve(attribute.labels[scored], attribute.scores[scored])
            drawn = _drawn(fpr + recall)
            fpr, recall = fpr[drawn], recall[drawn]
            axes.fill_between(fpr, recall, color=POSITIVE, alpha=0.08, linewidth=0)
            axes.plot(fpr, recall, color=POSITIVE, linewidth=1.4)
            axes.plot(row.fpr, row.recall, "o", color=INK, markersize=4, clip_on=False)
        axes.set(xlim=(0, 1), ylim=(0, 1), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
        axes.set(xlabel="FPR", ylabel="recall")
        return png(figure)


def histogram_png(attribute: AttributeEvaluation) -> bytes:
    """Shares of positives and of negatives by score, and the model's threshold."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(1.55 * _HEIGHT, _HEIGHT), dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        edges = np.linspace(0, 1, _BINS + 1)
        for of_class, name, colour in (
            (~attribute.labels, "negatives", NEGATIVE),
            (attribute.labels, "positives", POSITIVE),
        ):
            scores = attribute.scores[of_class & ~np.isnan(attribute.scores)]
            share = np.histogram(scores, edges)[0] / max(len(scores), 1)
            axes.stairs(share, edges, fill=True, color=colour, alpha=0.35)
            axes.stairs(share, edges, color=colour, linewidth=1.1, label=name)
        axes.axvline(attribute.row.threshold, color=INK, linewidth=1, linestyle=(0, (3, 2)))
        axes.set(xlim=(0, 1), xticks=(0, 0.5, 1), yticks=(), xlabel="score")
        axes.spines["left"].set_visible(False)
        axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
        return png(figure)


def _drawn(along: np.ndarray) -> np.ndarray:
    """Indices of the points to draw of a curve: none is more than a step from one of them.

    Args:
      along: float [N], ascending from 0 to 2, how far along the curve each point is.
    """
    if len(along) <= _STEPS:
        return np.arange(len(along))
    return np.unique(np.searchsorted(along, np.linspace(0, 2, _STEPS + 1)))
