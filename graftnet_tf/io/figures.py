"""The look of the figures in reports, and their PNG files."""

import io
from typing import Any

from matplotlib.figure import Figure

POSITIVE, NEGATIVE, INK, FAINT = "#c2410c", "#64748b", "#1f2937", "#d6d9de"
DPI = 200  # twice the resolution of the page
STYLE: dict[Any, Any] = {
    "font.size": 8,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
}


def png(figure: Figure) -> bytes:
    """The figure as the bytes of a PNG file."""
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()
