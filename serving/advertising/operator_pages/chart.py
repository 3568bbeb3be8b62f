"""A stacked bar chart as shapes, which a template draws in SVG in the page's own colours."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence

WIDTH, HEIGHT = 800.0, 260.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 8.0, 16.0, 28.0
_SERIES = 7
_TICKS = 4
_LABELS = 10
_GAP = 0.25
_ROUNDING = 1e-6
REST = "others"


@dataclasses.dataclass(frozen=True)
class Bar:
    """A part of a stack.

    Attributes:
      x, y, width, height: Where it is.
      series: Number of its series.
      text: What it stands for, in words.
    """

    x: float
    y: float
    width: float
    height: float
    series: int
    text: str


@dataclasses.dataclass(frozen=True)
class Mark:
    """A word on an axis, and where."""

    at: float
    text: str


@dataclasses.dataclass(frozen=True)
class Chart:
    """All that is drawn.

    Attributes:
      series: Names, in the order of the stacks; those beyond seven are one.
      bars: Parts of stacks.
      ticks: Values on the vertical axis.
      labels: Words on the horizontal axis.
      left, right, bottom: Where the axes are.
    """

    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    bottom: float = HEIGHT - _BOTTOM


def stacked_bars(values: Mapping[str, Sequence[float]], labels: Sequence[str]) -> Chart:
    """A chart of values ≥ 0.

    Args:
      values: For each series, a value for each stack.
      labels: A word for each stack; at least one.
    """
    series = _largest(values)
    highest = max((sum(stack) for stack in zip(*series.values(), strict=True)), default=0.0)
    step = _round_step(highest / _TICKS)
    number = max(1, math.ceil(highest / step - _ROUNDING))
    scale = (HEIGHT - _TOP - _BOTTOM) / (number * step)
    ticks = [
        Mark(HEIGHT - _BOTTOM - tick * step * scale, f"{tick * step:g}")
        for tick in range(number + 1)
    ]
    slot = (WIDTH - _LEFT - _RIGHT) / len(labels)
    every = math.ceil(len(labels) / _LABELS)
    words = [
        Mark(_LEFT + (place + 0.5) * slot, labels[place]) for place in range(0, len(labels), every)
    ]
    bars = tuple(_bars(series, labels, slot, scale))
    return Chart(tuple(series), bars, tuple(ticks), tuple(words))


def _largest(values: Mapping[str, Sequence[float]]) -> dict[str, Sequence[float]]:
    """The series with the largest sums, and the rest as one."""
    names = sorted(values, key=lambda name: -sum(values[name]))
    if len(names) <= _SERIES:
        return {name: values[name] for name in names}
    kept = {name: values[name] for name in names[: _SERIES - 1]}
    rest = zip(*(values[name] for name in names[_SERIES - 1 :]), strict=True)
    return {**kept, REST: [sum(stack) for stack in rest]}


def _bars(
    series: Mapping[str, Sequence[float]], labels: Sequence[str], slot: float, scale: float
) -> Iterator[Bar]:
    for place, label in enumerate(labels):
        y = HEIGHT - _BOTTOM
        for number, (name, values) in enumerate(series.items()):
            height = values[place] * scale
            if height > 0:
                y -= height
                x = _LEFT + (place + _GAP / 2) * slot
                text = f"{label}, {name}: {values[place]:.1f}"
                yield Bar(x, y, slot * (1 - _GAP), height, number, text)


def _round_step(least: float) -> float:
    """The next of 1, 2, 5, 10, 20, … in any power of ten; 1 for 0."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)
