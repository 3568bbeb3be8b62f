"""The page that shows scores in service beside those of the test set."""

import io

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from graftnet_tf.report.figures import INK, NEGATIVE, POSITIVE, STYLE
from graftnet_tf.report.templates import environment
from serving.drift.comparison import FEW, AttributeDrift, Drift
from serving.embedded.metrics import SCORE_EDGES

_SIZE, _DPI = (3.4, 1.7), 200  # inches; at twice the resolution of the page
_LEGEND_ROOM = 1.3  # height of the axes over that of the bars


def render(drift: Drift, *, model: str, reference: str, service: str) -> str:
    """The HTML document, which needs no other file and no network.

    Args:
      drift: what to show.
      model: name and version of the model.
      reference, service: where the scores come from.
    """
    return (
        environment("serving.drift")
        .get_template("page.html")
        .render(
            drift=drift,
            model=model,
            reference=reference,
            service=service,
            few=FEW,
            histogram_png=histogram_png,
        )
    )


def histogram_png(attribute: AttributeDrift) -> bytes:
    """Shares by score, of the test set and in service, as a PNG."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
        axes = figure.add_subplot()
        edges = np.array([0, *SCORE_EDGES])
        for counts, name, colour in (
            (attribute.reference, "reference", NEGATIVE),
            (attribute.service, "service", POSITIVE),
        ):
            share = counts / counts.sum()
            axes.stairs(share, edges, fill=True, color=colour, alpha=0.25)
            axes.stairs(share, edges, color=colour, linewidth=1.1, label=name)
        axes.set(xlim=(0, 1), xticks=(0, 0.5, 1), yticks=(), xlabel="score")
        axes.set_ylim(top=_LEGEND_ROOM * axes.get_ylim()[1])
        axes.spines["left"].set_visible(False)
        axes.legend(frameon=False, labelcolor=INK, loc="upper center", ncols=2)
        content = io.BytesIO()
        figure.savefig(content, format="png")
        return content.getvalue()
