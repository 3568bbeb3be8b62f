"""Where what can be computed again is kept."""

import os
import tempfile


def default_cache_directory(root: str) -> str:
    """Local cache of the workspace at `root`: in it, or on this machine if it is remote."""
    if "://" in root:
        return os.path.join(tempfile.gettempdir(), "graftnet-cache")
    return os.path.join(root, "cache")
