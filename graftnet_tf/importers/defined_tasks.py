"""Choosing among the tasks that a data set's own labels define."""

from collections.abc import Mapping, Sequence

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.workspace.tasks import Task


def choose(
    wanted: Sequence[str], known: Mapping[str, Task], data_set: str, reporting: Reporting
) -> list[Task]:
    """The tasks that were asked for, all of them where none was.

    Args:
      wanted: Names among `known`, a repeated one counting once.
      known: Tasks by each name that they can be asked for by.
      data_set: Whose labels define them, for messages.
      reporting: No class: what these tasks report is defined.

    Raises:
      GraftNetError: an unknown name, or `reporting` names a class.
    """
    if reporting.positive or reporting.attributes:
        raise GraftNetError(
            "--positive and --attributes go with folders and csv; "
            f"what the tasks of {data_set} report is defined."
        )
    if unknown := [name for name in wanted if name not in known]:
        raise GraftNetError(
            f"Unknown tasks {', '.join(unknown)}; {data_set} gives {', '.join(known)}."
        )
    chosen = [known[name] for name in wanted] or known.values()
    return list({task.name: task for task in chosen}.values())
