"""Whose screens an override concerns."""


def concerned(lift: str | None = None, group: str | None = None) -> str:
    """A lift, a group or, with neither, all lifts, in words."""
    if lift is not None:
        return f"lift {lift}"
    return "all lifts" if group is None else f"group {group}"
