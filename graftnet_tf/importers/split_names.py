"""What the parts of a split are called in data sets."""

import re

_PARTS = {
    "train": ("train", "training"),
    "test": ("test", "testing", "holdout", "held_out"),
    "validation": ("val", "valid", "validation", "dev", "eval"),
}
_PART_OF = {name: part for part, names in _PARTS.items() for name in names}
_NAME = re.compile(rf"({'|'.join(_PART_OF)})([ _-]?(set|split|data|images))?[ _-]?\d*")


def split_of(name: str) -> str | None:
    """ "train", "test" or "validation" for what a folder or a cell says; None for anything else.

    `val`, `Test_set` and `train2017` are parts of a split as well.
    """
    found = _NAME.fullmatch(name.strip().casefold())
    return _PART_OF[found[1]] if found else None


def task_splits(parts: set[str]) -> dict[str, str]:
    """The split of a task that each part of a source becomes.

    A branch draws its own validation part from the train split. So a validation part beside
    a test part is train; alone, it is what the source tests by.

    Args:
      parts: Those that the source has, of "train", "test" and "validation".

    Returns:
      "train" or "test" by part.
    """
    return {
        part: ("train" if "test" in parts else "test") if part == "validation" else part
        for part in parts
    }
