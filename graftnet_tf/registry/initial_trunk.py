"""Which published trunk a trunk's training started with."""

import os
from typing import Any

from graftnet_tf.workspace.workspace import Workspace


def initial_trunk(workspace: Workspace, trunk: dict[str, Any]) -> str | None:
    """Version of the workspace's trunk whose weights a trunk started with; None for no such.

    Args:
      workspace: Workspace with the trunks.
      trunk: Manifest of a published one.
    """
    directory = os.path.dirname(trunk.get("config", {}).get("initial_weights", ""))
    if not directory:
        return None
    for version in workspace.versions("trunks"):
        if _place(workspace.path("trunks", version)) == _place(directory):
            return version
    return None


def _place(directory: str) -> str:
    return directory if "://" in directory else os.path.realpath(directory)
