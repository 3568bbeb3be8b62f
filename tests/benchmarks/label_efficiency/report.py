"""The courses of all arms as documents show them.

python -m tests.benchmarks.label_efficiency.report --results=PA-100K=A.json --figure=F.png
"""

from collections.abc import Sequence

import matplotlib
from absl import flags
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from graftnet_tf.io import atomic_files
from graftnet_tf.io.figures import DPI, FAINT, STYLE, png
from pipelines import shell
from tests.benchmarks.label_efficiency.judgement import (
    MARGIN,
    RARE,
    Courses,
    bootstrapped,
    courses,
    gain,
    saving,
    worst,
)

RESULTS = flags.DEFINE_list("results", None, "NAME=FILE of screenings.", required=True)
FIGURE = flags.DEFINE_string("figure", None, "PNG file to write.")
SHOWN = flags.DEFINE_multi_string(
    "shown",
    [
        "random",
        "diverse:.8,random:.2",
        "seeds:.8,random:.2",
        "diverse:.8,random:.2 then badge",
        "diverse:.8,random:.2 then uncertain:.9,random:.1",
    ],
    "Arms in the figure.",
)

_PANEL = 2.6  # inches
_COLOURS = ("#64748b", "#0e7490", "#7c3aed", "#a16207", "#c2410c")
_LOOKED_AT = 200  # labels at which differences are told


def main() -> None:
    named = [item.partition("=") for item in RESULTS.value]
    each = {name: courses([atomic_files.read_json(path)], [name]) for name, _, path in named}
    for name, some in each.items():
        for title, part in _parts(some):
            print(f"\n{name}, {title}: {len(set(part.tasks))} tasks, {len(part.tasks)} courses; ")
            print(f"AUC with all labels {_short(part.of_all.mean())}\n")
            print(_table(part))
    if FIGURE.value:
        atomic_files.write_bytes(FIGURE.value, _figure(each, SHOWN.value))


def _parts(some: Courses) -> list[tuple[str, Courses]]:
    rare = some.shares < RARE
    return [("rare", some.chosen(rare)), ("others", some.chosen(~rare))]


def _table(some: Courses) -> str:
    place = some.rounds.index(_LOOKED_AT)
    head = ["arm", *map(str, some.rounds), f"above random at {_LOOKED_AT}", "labels by random's"]
    rows = [head, ["---"] * len(head)]
    for arm in some.arms:
        ahead = bootstrapped(some, lambda part, arm=arm: gain(part, arm, place))
        needed = bootstrapped(some, lambda part, arm=arm: saving(part, arm))
        task, behind, error = worst(some, arm, place)
        rows.append(
            [
                f"`{arm}`",
                *(_short(auc) for auc in some.arm(arm).mean(axis=0)),
                f"{ahead.value:+.3f} ({ahead.low:+.3f} to {ahead.high:+.3f}), "
                f"worst {task.partition('/')[2]} {behind:+.3f} ± {error:.3f}",
                f"{needed.value:.2f} ({needed.low:.2f} to {needed.high:.2f})",
            ]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _figure(each: dict[str, Courses], arms: Sequence[str]) -> bytes:
    """AUC by labels: a row of panels for rare labels, one for the others."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(_PANEL * len(each), 2 * _PANEL), dpi=DPI, layout="constrained")
        panels = figure.subplots(2, len(each), squeeze=False)
        for column, (name, some) in enumerate(each.items()):
            for row, (title, part) in enumerate(_parts(some)):
                _draw(panels[row][column], part, arms, f"{name}, {title}")
        handles, labels = panels[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
        return png(figure)


def _draw(axes: Axes, some: Courses, arms: Sequence[str], title: str) -> None:
    axes.axhline(some.of_all.mean() - MARGIN, color=FAINT, label="all labels, less .01")
    for arm, colour in zip(arms, _COLOURS, strict=True):
        axes.plot(some.rounds, some.arm(arm).mean(axis=0), color=colour, label=arm, marker=".")
    axes.set_xscale("log")
    axes.set_xticks(some.rounds, list(map(str, some.rounds)))
    axes.minorticks_off()
    axes.set(title=title, xlabel="labels", ylabel="mean AUC")


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


if __name__ == "__main__":
    shell.run(main)
