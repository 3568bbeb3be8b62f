"""Pictures at times of their own to pictures at a constant rate."""

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeVar

Frame = TypeVar("Frame")

_TOLERANCE = 0.05  # how far above a multiple a measured rate still counts as it


def constant_rate(rate: Fraction | None, most: int) -> Fraction:
    """The rate to encode at: a whole part of the file's own, so that its motion stays even.

    Args:
      rate: Pictures a second of the file on average; None if it is unknown.
      most: Greatest rate.

    Returns:
      1 to `most` pictures a second: 25 for 50, 30 for 30.02.
    """
    if not rate:
        return Fraction(most)
    parts = max(1, math.ceil(rate / most - Fraction(_TOLERANCE)))
    even = (rate / parts).limit_denominator(1001)
    return min(max(even, Fraction(1)), Fraction(most))


def at_constant_rate(
    frames: Iterable[tuple[Fraction, Fraction, Frame]], rate: Fraction
) -> Iterator[Frame]:
    """Repeats and leaves out pictures; each one's start is rounded to the nearest place.

    Args:
      frames: Start and end in seconds, the first start being 0, and the picture. An end counts
        for the last one alone: others stay until the next.
      rate: Pictures a second.

    Returns:
      The picture of each place in turn; at least one, if there is any.
    """
    place = 0
    held: list[Frame] = []
    end = Fraction(0)
    for start, frame_end, frame in frames:
        for _ in range(place, _nearest(start * rate)):
            yield held[0]
            place += 1
        held, end = [frame], frame_end
    for _ in range(place, max(_nearest(end * rate), place + 1)):
        yield from held


def _nearest(place: Fraction) -> int:
    """The nearest whole number, halves down: `round` would take 0.5 and 1.5 two places apart."""
    return math.ceil(place - Fraction(1, 2))
