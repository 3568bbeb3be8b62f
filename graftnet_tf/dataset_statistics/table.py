"""Statistics as a table of text."""

from collections.abc import Mapping, Sequence
from typing import Any

_HEADER = ("list", "images", "unreadable", "same", "alike", "height", "width", "groups", "classes")


def to_table(statistics: Mapping[str, Any]) -> str:
    """The table of statistics, as in statistics.json.

    Heights and widths are the least, the median and the greatest, in pixels.
    """
    rows = [_HEADER, _row("all", statistics["images"])]
    changed = []
    for task, splits in statistics["tasks"].items():
        for split, counts in splits.items():
            classes = ", ".join(f"{name} {count}" for name, count in counts["classes"].items())
            rows.append(_row(f"{task} {split}", counts, str(counts["groups"]), classes))
            if counts["changed"]:
                changed.append(
                    f"{counts['changed']} images of {task} {split} have changed since the import."
                )
    leaks = [_leak(leak) for leak in statistics["leaks"]]
    return "\n".join([*_aligned(rows), *changed, *leaks])


def _row(
    name: str, counts: Mapping[str, Any], groups: str = "", classes: str = ""
) -> Sequence[str]:
    numbers = (str(counts[key]) for key in ("images", "unreadable", "same", "alike"))
    sizes = ("–".join(str(value) for value in counts[key].values()) for key in ("height", "width"))
    return (name, *numbers, *sizes, groups, classes)


def _leak(leak: Mapping[str, Any]) -> str:
    return (
        f"{leak['test']} test: {leak['same']} images are in {leak['train']} train, {leak['alike']} "
        f"more look like one there, {leak['groups']} more are of a group there."
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
