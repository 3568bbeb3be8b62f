"""Precision against recall, as PNG."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

_INK, _FAINT = "#1f2937", "#d6d9de"
_COLOURS = {"mask": "#c2410c", "box": "#64748b"}
_STYLE: dict[Any, Any] = {
    "font.size": 8,
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
}
_HEIGHT, _DPI = 2.8, 200  # inches; at twice the resolution of the page


def precision_recall_png(curves: Mapping[str, Sequence[float]]) -> bytes:
    """The curves of `Scores.curves`."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(_HEIGHT, _HEIGHT), dpi=_DPI, layout="constrained")
        axes = figure.add_subplot(aspect="equal")
        for name, precision in curves.items():
            recall = np.linspace(0, 1, len(precision))
            axes.plot(recall, precision, color=_COLOURS[name], linewidth=1.4, label=name)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
        axes.set(xlabel="recall", ylabel="precision")
        axes.legend(frameon=False, loc="lower left")
        content = io.BytesIO()
        figure.savefig(content, format="png")
        return content.getvalue()
