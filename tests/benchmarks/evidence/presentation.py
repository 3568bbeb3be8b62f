"""A report as documents show it: Markdown tables, and ROC curves of contenders side by side."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from graftnet_tf.io.figures import DPI, FAINT, STYLE, png
from tests.benchmarks.evidence.judgement import RATES
from tests.benchmarks.evidence.photos import UNKNOWN, Photos
from tests.benchmarks.evidence.results import Results

_PANEL = 3.2  # inches
_GRID = np.linspace(0, 1, 201)  # of false positive rates


def tables(found: dict[str, Any]) -> str:
    """Markdown of what `report` found: contenders, costs, every attribute, and labels that came."""
    contenders = found["contenders"]
    blocks = [
        _table(
            ("contender", "AUC", "less the first", "95 %", "mA", "ECE", "tempered"),
            [
                (
                    f"`{name}`",
                    _short(one["mean_auc"]),
                    _signed(-one["behind"]) if "behind" in one else "",
                    _interval(one["behind_interval"]) if "behind" in one else "",
                    _short(one["mean_balanced_accuracy"]),
                    _short(one["mean_calibration_error"]),
                    _short(one["mean_calibration_error_tempered"]),
                )
                for name, one in contenders.items()
            ],
        ),
        _table(
            ("contender", "CPU s", "CPU s a label", "bytes a label", "multiply-adds a label"),
            [
                (
                    f"`{name}`",
                    f"{one['cpu_seconds']:.0f}",
                    f"{one['cpu_seconds_per_label']:.0f}",
                    f"{one['bytes_per_label']:,.0f}",
                    f"{one['multiply_adds_per_label']:,.0f}",
                )
                for name, one in contenders.items()
            ],
        ),
        _table(
            ("attribute", "positives", *(f"`{name}`" for name in contenders)),
            [
                (
                    attribute,
                    str(positives),
                    *(_by_attribute(one, attribute) for one in contenders.values()),
                )
                for attribute, positives in found["positives"].items()
            ],
        ),
    ]
    blocks += [
        f"`{name}`:\n\n"
        + _table(
            ("attribute", *RATES, "AUC"),
            [
                (attribute, *(_short(rates[rate]) for rate in RATES), _short(one["auc"][attribute]))
                for attribute, rates in one["rates"].items()
            ],
        )
        for name, one in contenders.items()
    ]
    if found["grown"]:
        blocks.append(
            _table(
                ("way", "new label", "others before", "others after", "CPU s"),
                [
                    (
                        way,
                        *(_short(told[key]) for key in ("new", "others_before", "others_after")),
                        f"{told['cpu_seconds']:.0f}",
                    )
                    for way, told in found["grown"].items()
                ],
            )
        )
    if slices := found.get("slices"):
        blocks.append(
            _table(
                ("attribute", "photos", "positives", "negatives", "AUC", "95 %", "recall", "FPR"),
                [
                    (
                        one["attribute"],
                        one["value"],
                        str(one["positives"]),
                        str(one["negatives"]),
                        _short(one["auc"]),
                        f"{_short(one['auc_low'])}–{_short(one['auc_high'])}",
                        _short(one["recall"]),
                        _short(one["fpr"]),
                    )
                    for one in slices
                ],
            )
        )
    return "\n\n".join(blocks) + "\n"


def roc_png(test: Photos, results: Results, contenders: Sequence[str]) -> bytes:
    """Every attribute's curve, a panel for each contender (the paper's Figures 4 and 5).

    Recall is averaged over seeds at equal false positive rates (Fawcett 2006, section 8).
    """
    with matplotlib.rc_context(STYLE):
        size = (_PANEL * len(contenders), _PANEL)
        figure = Figure(figsize=size, dpi=DPI, layout="constrained")
        for place, name in enumerate(contenders, start=1):
            axes = figure.add_subplot(1, len(contenders), place, aspect="equal")
            axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8)
            for column, attribute in enumerate(test.names):
                axes.plot(_GRID, mean_recalls(test, results, name, column), label=attribute)
            axes.set(xlim=(0, 1), ylim=(0, 1), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
            axes.set(xlabel="FPR", ylabel="recall", title=name)
            axes.legend(frameon=False, loc="lower right", fontsize=6)
        return png(figure)


def mean_recalls(test: Photos, results: Results, name: str, column: int) -> np.ndarray:
    """float64 [G], mean recall over the seeds at evenly spaced rates from 0 to 1."""
    known = test.labels[:, column] != UNKNOWN
    recalls = []
    for seed in results.seeds_of(name):
        scores = results.scores(name, seed)["test"][known, column]
        fpr, recall, _ = roc_curve(test.labels[known, column] == 1, scores)
        recalls.append(np.interp(_GRID, fpr, recall))
    return np.mean(recalls, axis=0)


def _by_attribute(one: dict[str, Any], attribute: str) -> str:
    if attribute not in one["auc"]:
        return ""
    p = one.get("p_after_holm", {}).get(attribute)
    marked = " *" if p is not None and p < 0.05 else ""  # differs from the first after Holm
    return _short(one["auc"][attribute]) + marked


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{_short(abs(value))}"


def _interval(ends: Sequence[float]) -> str:
    low, high = (-end for end in reversed(ends))
    return f"{_signed(low)} to {_signed(high)}"
