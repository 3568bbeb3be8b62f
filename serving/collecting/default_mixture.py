"""What is chosen by where nobody says it."""

from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.registry.tree import served_tree
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace

WITHOUT_HEAD = "diverse:.8,random:.2"
WITH_HEAD = "uncertain:.9,random:.1"


def default_mixture(workspace: Workspace, task: Task, attribute: str | None = None) -> Mixture:
    """What needs the fewest labels: `WITH_HEAD` where it is clear whose scores count.

    Args:
      workspace: Workspace.
      task: What is labelled.
      attribute: Whose score counts, of a task that reports several.
    """
    served = served_tree(workspace)
    has_head = served is not None and task.name in served[1].branches
    clear = attribute is not None or len(task.attributes) == 1
    return Mixture.parse(WITH_HEAD if has_head and clear else WITHOUT_HEAD)
