"""Where a workspace's served models are, and which version of each is the newest."""

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.workspace import Workspace

GRAFTNET_DIR = ("serving", "graftnet")
YOLACT_DIR = ("serving", "yolact")
PASSENGERS_DIR = ("serving", "passengers")
MADE_BY: dict[tuple[str, ...], str] = {
    GRAFTNET_DIR: "graftnet-compose",
    YOLACT_DIR: "graftnet-export-yolact",
    PASSENGERS_DIR: "graftnet-compose-passengers",
}
"""The command that makes each kind of served model."""


def newest_served(workspace: Workspace, folder: tuple[str, ...] = GRAFTNET_DIR) -> str:
    """Directory name of the newest version of what a folder of this file serves.

    Raises:
      GraftNetError: there is none.
    """
    names = atomic_files.names_by_number(workspace.path(*folder), suffix="")
    if not names:
        raise GraftNetError(
            f"No model in {workspace.path(*folder)} yet: make one with {MADE_BY[folder]}."
        )
    return names[max(names)]
