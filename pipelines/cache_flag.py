"""The flag that says where features at graft points are cached, and what it means."""

import os
import tempfile

from absl import flags

from graftnet_tf.workspace import Workspace

CACHE_DIR = flags.DEFINE_string(
    "cache_dir",
    None,
    "Local directory for features; by default WORKSPACE/cache, or a temporary one if remote.",
)


def cache_directory(workspace: Workspace) -> str:
    """The directory that --cache_dir names, or the default one."""
    if CACHE_DIR.value:
        return CACHE_DIR.value
    if "://" in workspace.root:
        return os.path.join(tempfile.gettempdir(), "graftnet-cache")
    return workspace.path("cache")
