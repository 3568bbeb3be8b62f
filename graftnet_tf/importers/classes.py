"""The task that a set of class names makes."""

import re
from collections.abc import Iterable, Sequence

from graftnet_tf.errors import GraftNetError
from graftnet_tf.tasks import BINARY_CLASSES, Task

REST = "other"


def task_name(named: Sequence[str], default: str) -> str:
    """The name of a source's one task.

    Args:
      named: names that the person gave, none or one.
      default: name to take when none is given.

    Raises:
      GraftNetError: more than one name, or one that cannot name a folder.
    """
    if len(named) > 1:
        raise GraftNetError(
            f"Got the task names {', '.join(named)}; this source makes one task. "
            "Name one with --tasks, and import each task from its own source."
        )
    name = named[0] if named else default
    if not re.fullmatch(r"\w[\w.-]*", name, re.ASCII):
        raise GraftNetError(
            f"{name!r} cannot name a task; expected letters, digits, _ . and - only. "
            "Name it with --tasks=NAME."
        )
    return name


def task_of_classes(name: str, classes: Iterable[str], source: str) -> Task:
    """A task from the names of its classes.

    Exactly `negative` and `positive` make a binary task, reporting its own name. Any others
    are classes in the order of their names, `other` first if it is among them, and each is
    reported as an attribute but `other` and `negative`; so `female` and `male` alone give two.

    Args:
      name: of the task.
      classes: names, in any order, repeated or not.
      source: where they were found, for the message.

    Raises:
      GraftNetError: fewer than two classes.
    """
    found = sorted(set(classes), key=lambda label: (label != REST, label))
    if len(found) < 2:
        raise GraftNetError(
            f"{source} has {'only class ' + found[0] if found else 'no class'}; a task needs two "
            f"or more, such as {' and '.join(BINARY_CLASSES)}."
        )
    if tuple(found) == BINARY_CLASSES:
        return Task.binary(name)
    reported = [label for label in found if label not in (REST, BINARY_CLASSES[0])]
    return Task(name, tuple(found), {label: label for label in reported})
