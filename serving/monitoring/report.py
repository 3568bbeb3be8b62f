"""The page that shows scores in service beside those of the test set."""

import os

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from graftnet_tf.io import atomic_files, html_pages
from graftnet_tf.io.figures import DPI, INK, NEGATIVE, POSITIVE, STYLE, png
from graftnet_tf.io.report_directory import check_replaceable
from serving.monitoring.comparison import FEW, AttributeDrift, Drift
from serving.schema.score_histograms import SCORE_EDGES

PAGE, FIGURES = "report.html", "drift.json"
_SIZE = (3.4, 1.7)  # inches
_LEGEND_ROOM = 1.3  # height of the axes over that of the bars


def write_report(directory: str, drift: Drift, *, model: str, reference: str, service: str) -> str:
    """Writes `report.html` and `drift.json`, replacing an older report as a whole.

    Args:
      directory: Directory of the report; may be absent.
      drift, model, reference, service: Content of the report, see `render`.

    Returns:
      Path of the page to open.

    Raises:
      GraftNetError: `directory` holds something else.
    """
    directory = directory.rstrip("/")
    check_replaceable(directory, (PAGE, FIGURES))
    page = render(drift, model=model, reference=reference, service=service)
    content = {"model": model, "reference": reference, "service": service, **drift.to_dict()}
    with atomic_files.replacing_directory(directory) as aside:
        atomic_files.write_json(os.path.join(aside, FIGURES), content)
        atomic_files.write_text(os.path.join(aside, PAGE), page)
    return os.path.join(directory, PAGE)


def render(drift: Drift, *, model: str, reference: str, service: str) -> str:
    """The HTML document, which needs no other file and no network.

    Args:
      drift: What to show.
      model: Name and version of the model.
      reference, service: Sources of the scores.
    """
    return html_pages.render(
        "serving.monitoring",
        "page.html",
        drift=drift,
        model=model,
        reference=reference,
        service=service,
        few=FEW,
        histogram_png=histogram_png,
    )


def histogram_png(attribute: AttributeDrift) -> bytes:
    """Shares by score, of the test set and in service, as a PNG."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=_SIZE, dpi=DPI, layout="constrained")
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
        return png(figure)
