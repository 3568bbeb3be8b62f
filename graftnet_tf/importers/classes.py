"""The task that a set of class names makes."""

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.class_names import BINARY_PAIRS, plain, without_negation
from graftnet_tf.importers.existing_classes import index_of_labels
from graftnet_tf.workspace.attribute_names import EXPECTED, is_servable, servable_name
from graftnet_tf.workspace.tasks import BINARY_CLASSES, Task

REST = "other"


@dataclasses.dataclass(frozen=True)
class Reporting:
    """What a person says of which classes are attributes.

    Attributes:
      positive: Class, of two, that the task reports under its own name.
      attributes: Classes to report, each under its name.
      existing: Tasks that labels are to join, by name: what they report is given.
    """

    positive: str | None = None
    attributes: Sequence[str] = ()
    existing: Mapping[str, Task] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class LabelScheme:
    """What the labels of a source mean.

    Attributes:
      task: Task with its classes and attributes.
      index: Class index by label, as the source spells it.
      notes: What was taken for granted, a sentence each.
    """

    task: Task
    index: Mapping[str, int]
    notes: tuple[str, ...] = ()


def task_name(named: Sequence[str], default: str) -> str:
    """The name of a source's one task.

    Args:
      named: Names that the person gave, none or one.
      default: Name to take when none is given.

    Raises:
      GraftNetError: more than one name, or one that cannot name a folder.
    """
    if len(named) > 1:
        raise GraftNetError(
            f"Got the task names {', '.join(named)}; this source makes one task. "
            "Name one with --task, and import each task from its own source."
        )
    name = named[0] if named else default
    if not re.fullmatch(r"\w[\w.-]*", name, re.ASCII):
        raise GraftNetError(
            f"{name!r} cannot name a task; expected letters, digits, _ . and - only. "
            "Name it with --task=NAME."
        )
    return name


def label_scheme(
    name: str, labels: Iterable[str], source: str, reporting: Reporting = Reporting()
) -> LabelScheme:
    """A task from the names of its classes.

    Labels that differ in blanks or case alone are one class. `negative` and `positive`, or
    another such pair (no and yes, 0 and 1, no_bag and bag), make a binary task, reporting its
    own name. Other classes are in the order of their names, `other` first if it is among
    them; three or more, and one beside `other`, are each reported as an attribute but
    `other` and `negative`. Which of two others is meant, a person must say. Labels that join an
    existing task are of its classes, and need not be of all of them.

    Args:
      name: Name of the task.
      labels: Labels in any order, repeated or not.
      source: Place where they were found, for messages.
      reporting: Which classes are attributes, where their names do not tell.

    Raises:
      GraftNetError: fewer than two classes, two that do not tell which one is the attribute,
        a class to report that is not there, an attribute that cannot be served, or a label that
        the existing task does not know.
    """
    if task := reporting.existing.get(name):
        if reporting.attributes:
            raise GraftNetError(
                f"--attributes={','.join(reporting.attributes)} given; task {name} exists, and "
                f"reports {', '.join(task.attributes)}. Leave the flag out."
            )
        return LabelScheme(task, index_of_labels(task, labels, source, reporting.positive))
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for label in labels:
        spellings[plain(label)][label] += 1
    if len(spellings) < 2:
        only = next(iter(spellings), "")
        raise GraftNetError(
            f"{source} has {'only class ' + only if only else 'no class'}; a task needs two "
            f"or more, such as {' and '.join(BINARY_CLASSES)}."
        )
    classes = {plain: _spelling(plain, found) for plain, found in spellings.items()}
    notes = [
        f"Taken as one class: {', '.join(map(repr, sorted(found)))}."
        for found in spellings.values()
        if len(found) > 1
    ]
    if pair := _binary_pair(classes, source, reporting):
        order = list(pair)
        task = Task.binary(name)
        notes += [
            f"Of task {name}, class {classes[plain]!r} is taken as {meaning}."
            for plain, meaning in zip(pair, BINARY_CLASSES, strict=True)
            if classes[plain] != meaning
        ]
    else:
        order = sorted(classes, key=lambda plain: (plain != REST, classes[plain]))
        task = _named_classes(name, classes, order, source, reporting)
    _require_servable(task, source)
    index = {label: order.index(plain) for plain, found in spellings.items() for label in found}
    return LabelScheme(task, index, tuple(notes))


def _spelling(plain: str, found: Counter[str]) -> str:
    """The class's name: as most of its labels have it, without blanks around."""
    if plain in (REST, *BINARY_CLASSES):
        return plain
    most_common = min(found, key=lambda label: (-found[label], label))
    return " ".join(most_common.split())


def _binary_pair(
    classes: Mapping[str, str], source: str, reporting: Reporting
) -> tuple[str, str] | None:
    """(negative, positive) where two classes make a binary task."""
    if reporting.positive is not None:
        positive = _known(reporting.positive, classes, source, "--positive")
        if len(classes) != 2 or reporting.attributes:
            raise GraftNetError(
                f"--positive={reporting.positive} goes with two classes and without --attributes; "
                f"{source} has {_listed(classes)}. Name what to report with --attributes alone."
            )
        (negative,) = set(classes) - {positive}
        return negative, positive
    if len(classes) != 2 or reporting.attributes:
        return None
    for negative, positive in (tuple(classes), tuple(classes)[::-1]):
        if (negative, positive) in BINARY_PAIRS or without_negation(negative) == positive:
            return negative, positive
    return None


def _named_classes(
    name: str,
    classes: Mapping[str, str],
    order: Sequence[str],
    source: str,
    reporting: Reporting,
) -> Task:
    """A task that reports classes under their own names."""
    if reporting.attributes:
        reported = [
            _known(label, classes, source, "--attributes") for label in reporting.attributes
        ]
    elif len(classes) == 2 and REST not in classes:
        raise GraftNetError(
            f"{source} has classes {_listed(classes)}, which do not tell what task {name} "
            "reports. Name the one that it stands for with --positive=CLASS, or report classes "
            "under their own names with --attributes=CLASS,CLASS."
        )
    else:
        reported = [plain for plain in order if plain not in (REST, BINARY_CLASSES[0])]
    return Task(
        name,
        tuple(classes[plain] for plain in order),
        {classes[plain]: classes[plain] for plain in reported},
    )


def _known(label: str, classes: Mapping[str, str], source: str, flag: str) -> str:
    if plain(label) not in classes:
        raise GraftNetError(f"{flag} names class {label!r}; {source} has {_listed(classes)}.")
    return plain(label)


def _require_servable(task: Task, source: str) -> None:
    for attribute in task.attributes:
        if is_servable(attribute):
            continue
        would_do = servable_name(attribute)
        remedy = (
            f"Name the task with --task={would_do}"
            if attribute == task.name and task.classes == BINARY_CLASSES
            else f"Rename class {attribute!r} of {source}, to {would_do} for example"
        )
        raise GraftNetError(
            f"Task {task.name} reports an attribute {attribute!r}, which cannot be served; "
            f"expected {EXPECTED}. {remedy}."
        )


def _listed(classes: Mapping[str, str]) -> str:
    return ", ".join(map(repr, sorted(classes.values())))
