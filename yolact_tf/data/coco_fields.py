"""Values of COCO entries, checked: JSON written by annotation tools holds anything."""

import math
from typing import Any

from graftnet_tf.io.image_decoding import MAX_PIXELS


def number(value: Any) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def numbers(value: Any) -> list[float] | None:
    """A list of finite numbers; None for anything else."""
    if not isinstance(value, list):
        return None
    found = [checked for item in value if (checked := number(item)) is not None]
    return found if len(found) == len(value) else None


def side(value: Any) -> int | None:
    """A height or width in whole pixels, at least 1; None for anything else."""
    found = number(value)
    if found is None or found != int(found) or not 1 <= found <= MAX_PIXELS:
        return None
    return int(found)


def identity(value: Any) -> int | str | None:
    """An id: a whole number or text; None for anything else."""
    if isinstance(value, str):
        return value
    found = number(value)
    return None if found is None or found != int(found) else int(found)


def text(value: Any) -> str | None:
    """Text that can name something, without surrogates or null characters; else None."""
    if not isinstance(value, str) or not value or "\0" in value:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value


def crowd(value: Any) -> bool | None:
    """Whether an object is a crowd; None where that is neither 0 nor 1 (null is 0)."""
    if value is None:
        return False
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def shown(value: Any) -> str:
    """A value for a message, cut to one short line."""
    printed = ascii(value)
    return printed if len(printed) <= 60 else f"{printed[:57]}…"
