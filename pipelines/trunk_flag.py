"""The flag that says on which trunk branches are grafted, and what it means."""

from absl import flags

from graftnet_tf.registry.tree import grafting_trunk
from graftnet_tf.workspace import Workspace

_NEWEST = "newest"

TRUNK = flags.DEFINE_string(
    "trunk",
    None,
    "Trunk version to graft on, or 'newest'; by default that of the served model, and the newest "
    "where none is served.",
)


def trunk_version(workspace: Workspace) -> str:
    """The trunk version that --trunk asks for; it need not exist.

    Raises:
      GraftNetError: none is asked for by number, and there is none.
    """
    if TRUNK.value == _NEWEST:
        return workspace.newest("trunks")
    return TRUNK.value or grafting_trunk(workspace)
