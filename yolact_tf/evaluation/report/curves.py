"""Precision against recall, as PNG."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from graftnet_tf.io.figures import DPI, NEGATIVE, POSITIVE, STYLE, png

_COLOURS = {"mask": POSITIVE, "box": NEGATIVE}
_HEIGHT = 2.8  # inches


def precision_recall_png(curves: Mapping[str, Sequence[float]]) -> bytes:
    """The curves of `Scores.curves`."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(_HEIGHT, _HEIGHT), dpi=DPI, layout="constrained")
        axes = figure.add_subplot(aspect="equal")
        for name, precision in curves.items():
            recall = np.linspace(0, 1, len(precision))
            axes.plot(recall, precision, color=_COLOURS[name], linewidth=1.4, label=name)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
        axes.set(xlabel="recall", ylabel="precision")
        axes.legend(frameon=False, loc="lower left")
        return png(figure)
