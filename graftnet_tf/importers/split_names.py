"""What the parts of a split are called in data sets."""

_NAMES = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
}


def split_of(name: str) -> str | None:
    """ "train", "test" or "validation" for what a folder or a cell says; None for anything else."""
    return _NAMES.get(name.strip().casefold())


def task_splits(parts: set[str]) -> dict[str, str]:
    """The split of a task that each part of a source becomes.

    A branch draws its own validation part from the train split. So a validation part beside
    a test part is train; alone, it is what the source tests by.

    Args:
      parts: those that the source has, of "train", "test" and "validation".

    Returns:
      "train" or "test" by part.
    """
    return {
        part: ("train" if "test" in parts else "test") if part == "validation" else part
        for part in parts
    }
