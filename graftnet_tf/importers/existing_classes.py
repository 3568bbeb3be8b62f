"""Labels of a source that join the classes of a task that exists."""

from collections.abc import Iterable

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.class_names import BINARY_PAIRS, plain, without_negation
from graftnet_tf.workspace.tasks import BINARY_CLASSES, Task


def index_of_labels(
    task: Task, labels: Iterable[str], source: str, positive: str | None = None
) -> dict[str, int]:
    """Class index of each label, as the source spells it.

    Labels that differ from a class in blanks or case alone are of it. For a binary task its own
    name, `no_` before it, and pairs such as no and yes will do.

    Args:
      task: The task that exists.
      labels: Labels in any order, repeated or not.
      source: Place where they were found, for messages.
      positive: Label that means yes; of a binary task, whose one other label then means no.

    Raises:
      GraftNetError: labels that the task does not know, or a `positive` of a task that is not
        binary or beside two other labels.
    """
    found = set(labels)
    known = {plain(name): index for index, name in enumerate(task.classes)}
    if task.classes == BINARY_CLASSES:
        known |= _spellings(task.name, found)
    if positive is not None:
        known |= _by_positive(task, found, source, positive)
    index = {label: known[plain(label)] for label in found if plain(label) in known}
    if unknown := sorted(found - index.keys()):
        raise GraftNetError(
            f"{source} has labels {', '.join(map(repr, unknown))}; task {task.name} has classes "
            f"{', '.join(task.classes)}, which stay. Rename the labels, or import another task."
        )
    return index


def _spellings(name: str, labels: Iterable[str]) -> dict[str, int]:
    """Index by plain label of what means no or yes for a binary task of that name."""
    known = {label: index for pair in BINARY_PAIRS for index, label in enumerate(pair)}
    known[plain(name)] = 1
    denied = {label for label in map(plain, labels) if known.get(without_negation(label)) == 1}
    return {**dict.fromkeys(denied, 0), **known}


def _by_positive(task: Task, labels: Iterable[str], source: str, positive: str) -> dict[str, int]:
    others = {plain(label) for label in labels} - {plain(positive)}
    if task.classes != BINARY_CLASSES or len(others) > 1:
        raise GraftNetError(
            f"--positive={positive} goes with two classes; {source} has labels "
            f"{', '.join(map(repr, sorted(labels)))} and task {task.name} has classes "
            f"{', '.join(task.classes)}."
        )
    return {plain(positive): 1, **dict.fromkeys(others, 0)}
