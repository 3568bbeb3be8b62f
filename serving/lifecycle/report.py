"""The page that shows what is served and a candidate side by side."""

import os

import matplotlib
from matplotlib.figure import Figure

from graftnet_tf.io import atomic_files, html_pages
from graftnet_tf.io.figures import DPI, FAINT, POSITIVE, STYLE, png
from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle.model_comparison import OBSTACLES, Comparison, Verdict

PAGE, FIGURES = "report.html", "comparison.json"
_BETTER, _WORSE = "#0f766e", POSITIVE
_WIDTH, _ROW, _REST = 6.0, 0.21, 0.6  # inches


def write_report(
    workspace: Workspace, comparison: Comparison, candidate: str, promoted: str | None
) -> str:
    """Writes WORKSPACE/reports/refresh-CANDIDATE, in place of an older one.

    Args:
      workspace: Workspace to write to.
      comparison: Comparison of what is served and the candidate.
      candidate: Its version.
      promoted: Version of the served model that it became, if it did.

    Returns:
      Path of the page to open; it needs no other file and no network.
    """
    directory = workspace.path("reports", f"refresh-{candidate}")
    page = html_pages.render(
        "serving.lifecycle",
        "page.html",
        comparison=comparison,
        candidate=candidate,
        promoted=promoted,
        obstacles=OBSTACLES,
        changes=changes_png(comparison),
    )
    content = {**comparison.to_dict(), "candidate": candidate, "promoted": promoted}
    with atomic_files.replacing_directory(directory) as aside:
        atomic_files.write_json(os.path.join(aside, FIGURES), content)
        atomic_files.write_text(os.path.join(aside, PAGE), page)
    return os.path.join(directory, PAGE)


def changes_png(comparison: Comparison) -> bytes | None:
    """Each AUC's change with its interval, the worst on top; heads left as they were are not in it.

    Returns:
      PNG bytes; None if there is nothing to show.
    """
    changed = sorted(
        (
            (attribute.change, attribute.name)
            for attribute in comparison.attributes
            if attribute.change and attribute.verdict is not Verdict.IDENTICAL
        ),
        key=lambda pair: pair[0].change,
        reverse=True,
    )
    if not changed:
        return None
    with matplotlib.rc_context({**STYLE, "axes.spines.left": False}):
        height = _REST + _ROW * len(changed)
        figure = Figure(figsize=(_WIDTH, height), dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        axes.axvline(0, color=FAINT, linewidth=1)
        axes.axvline(-comparison.margin, color=_WORSE, linewidth=1, linestyle=(0, (3, 2)))
        for row, (change, _) in enumerate(changed):
            colour = _WORSE if change.change < -comparison.margin else _BETTER
            if change.interval:
                axes.plot(change.interval, (row, row), color=colour, linewidth=1.6, alpha=0.45)
            axes.plot(change.change, row, "o", color=colour, markersize=4)
        axes.set_yticks(range(len(changed)), [name for _, name in changed])
        axes.tick_params(axis="y", length=0)
        axes.set(xlabel="change of the AUC", ylim=(-0.7, len(changed) - 0.3))
        return png(figure)
