"""What file managers, cameras' software and archives leave beside images."""

_LEFT_BY_MACHINES = frozenset(
    {"#recycle", "$RECYCLE.BIN", "@eaDir", "System Volume Information", "__MACOSX", "lost+found"}
)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name (no path) was not put there by a person."""
    return name.startswith(".") or name in _LEFT_BY_MACHINES
