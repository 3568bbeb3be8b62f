"""Images that have no row, a JSON object a line."""

import json
from collections.abc import Iterable
from typing import NamedTuple


class DeadLetter(NamedTuple):
    r"""An image that has no row.

    Attributes:
      source: Its location, with `\xNN` for bytes that are not UTF-8.
      sha256: Of its content; empty where there was none to be had.
      reason: Why, in one line.
      retry: Whether the next run tries again: it could not be fetched, which says nothing of it.
    """

    source: str
    sha256: str
    reason: str
    retry: bool = False


def from_lines(lines: str) -> list[DeadLetter]:
    """What `to_lines` wrote."""
    return [DeadLetter(**json.loads(line)) for line in lines.split("\n") if line]


def to_lines(letters: Iterable[DeadLetter]) -> str:
    return "".join(json.dumps(letter._asdict(), ensure_ascii=False) + "\n" for letter in letters)
