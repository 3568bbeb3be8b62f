"""Measured rows as Markdown."""

from collections.abc import Sequence

from tests.benchmarks.performance.bench import Measured
from tests.benchmarks.turns import median_and_range

_HEAD = "| part | ours beside | times as fast | alone |\n| --- | --- | --- | --- |"


def table(measured: Sequence[Measured]) -> str:
    """A line for every peer of every part; medians of the turns, their range in parentheses."""
    return "\n".join([_HEAD, *(line for one in measured for line in _lines(one))]) + "\n"


def _lines(one: Measured) -> list[str]:
    row, part = one.row, one.row.part
    found = list(dict.fromkeys(label for ratios in one.ratios.values() for label in ratios))
    cells = [(label, _growth(one, label)) for label in found]
    if one.missing:
        cells.append(("not measured", f"missing: {', '.join(one.missing)}"))
    if one.failed:
        cells.append(("not measured", one.failed.replace("|", "\\|")))
    command = f"`make bench ROWS={row.name}`"
    return [
        f"| {part if first else ''} | {label} | {figures} | {command if first else ''} |"
        for first, (label, figures) in zip([True, *[False] * len(cells)], cells, strict=False)
    ]


def _growth(one: Measured, label: str) -> str:
    """Ratios by size."""
    known = {size: ratios[label] for size, ratios in one.ratios.items() if label in ratios}
    return "; ".join(
        f"{size:,} {one.row.grows}: {median_and_range(turns)}" for size, turns in known.items()
    )
