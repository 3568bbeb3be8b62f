"""Tasks: one sub-dataset each, with its classes and the attributes it reports."""

import csv
import dataclasses
import io
import operator
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_tables import to_csv
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.example_table import ExampleTable

BINARY_CLASSES = ("negative", "positive")
SPLITS = ("train", "test")
COLUMNS = ("image", "class", "group")
CONTENT_COLUMN = "sha256"  # of the image file's bytes; a list may lack it, a row may leave it blank
TASK_FILE = "task.json"
SKIPPED_FILE = "skipped.csv"  # images that an import left out
SKIPPED_COLUMNS = ("image", "reason")
NEAR_DUPLICATES_FILE = "near_duplicates.csv"  # images that look alike across the split
NEAR_DUPLICATES_COLUMNS = ("group", "image", "split")
_SHA256 = re.compile("[0-9a-fA-F]{64}")


@dataclasses.dataclass(frozen=True)
class Task:
    """What one sub-dataset labels.

    Examples:
      >>> from graftnet_tf import Task
      >>> Task.binary("backpack")
      Task(name='backpack', classes=('negative', 'positive'), attributes={'backpack': 'positive'})
      >>> reported = {"male": "male", "female": "female"}
      >>> Task("gender", ("other", "male", "female"), reported).class_index("female")
      2

    Attributes:
      name: Name of the task and of its folder.
      classes: Class names; a label is an index into them.
      attributes: Class reported under each attribute's name. A binary task reports its
        own name for class `positive`; `gender` (other, male, female) reports two.
    """

    name: str
    classes: tuple[str, ...]
    attributes: dict[str, str]

    def __post_init__(self):
        if len(set(self.classes)) != len(self.classes) or len(self.classes) < 2:
            raise GraftNetError(
                f"Task {self.name} has classes {list(self.classes)}; "
                "expected two or more different ones."
            )
        unknown = set(self.attributes.values()) - set(self.classes)
        if unknown or not self.attributes:
            raise GraftNetError(
                f"Task {self.name} reports attributes {self.attributes}; expected at least "
                f"one, each of a class among {list(self.classes)}."
            )

    @classmethod
    def binary(cls, name: str) -> "Task":
        return cls(name, BINARY_CLASSES, {name: BINARY_CLASSES[1]})

    def counts(self, labels: np.ndarray) -> dict[str, int]:
        """Number of each class among int [M] labels, zero included, in class order."""
        found = np.bincount(labels, minlength=len(self.classes))
        return dict(zip(self.classes, found.tolist(), strict=True))

    def class_index(self, attribute: str) -> int:
        """Index of the class whose score is `attribute`'s score."""
        return self.classes.index(self.attributes[attribute])

    def check_reports(self, attributes: Collection[str]) -> None:
        """Checks that it reports these attributes.

        Raises:
          GraftNetError: naming those that it does not.
        """
        if unknown := sorted(set(attributes) - set(self.attributes)):
            raise GraftNetError(
                f"Task {self.name} reports no attribute {', '.join(unknown)}; "
                f"it reports {', '.join(self.attributes)}."
            )

    def to_dict(self) -> dict:
        return {
            "name": self.name,
            "classes": list(self.classes),
            "attributes": dict(self.attributes),
        }

    @classmethod
    def from_dict(cls, content: dict) -> "Task":
        return cls(content["name"], tuple(content["classes"]), dict(content["attributes"]))


def write_task(directory: str, task: Task, splits: Mapping[str, Sequence[Example]]) -> None:
    """Writes `directory`/task.json and one CSV per split, each atomically."""
    for split in SPLITS:
        write_list(os.path.join(directory, f"{split}.csv"), task, splits.get(split, []))
    atomic_files.write_json(os.path.join(directory, TASK_FILE), task.to_dict())


def write_list(path: str, task: Task, examples: Iterable[Example]) -> None:
    """Writes a CSV of examples, atomically; columns of their own follow those of every list."""
    examples = examples if isinstance(examples, Sequence) else list(examples)
    others = list(dict.fromkeys(name for example in examples for name in example.columns))
    rows = (
        (
            example.image,
            task.classes[example.label],
            example.group,
            example.content,
            *(example.columns.get(name, "") for name in others),
        )
        for example in examples
    )
    atomic_files.write_text(path, to_csv((*COLUMNS, CONTENT_COLUMN, *others), rows))


def read_task(directory: str) -> Task:
    """The task whose folder is `directory`."""
    return Task.from_dict(atomic_files.read_json(os.path.join(directory, TASK_FILE)))


def parse_list(content: bytes, path: str, task: Task) -> ExampleTable:
    """The examples of a task in the CSV that lies at `path`.

    Cells that a row lacks at its end are empty.

    Raises:
      GraftNetError: it is not UTF-8, lacks a column other than `sha256`, names an unknown class,
        or has a sha256 that is none.
    """
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise GraftNetError(f"{path} is not UTF-8 ({error}); save it as such.") from None
    try:
        return ExampleTable.of_rows(_rows(content, path, task))
    except csv.Error as error:
        raise GraftNetError(f"{path} is no CSV ({error}); expected {list(COLUMNS)}.") from None


def _rows(content: bytes, path: str, task: Task) -> Iterator[tuple[str, int, str, bytes]]:
    """(image, label, group, SHA-256 or nothing) of each row of a CSV in UTF-8."""
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="\n"))
    header = next(reader, [])
    places = {column: place for place, column in enumerate(header)}
    lacking = not set(COLUMNS) <= set(header)
    cells = operator.itemgetter(*(places.get(column, 0) for column in COLUMNS))
    content_place = places.get(CONTENT_COLUMN)
    labels = {name: label for label, name in enumerate(task.classes)}
    unknown = set()
    for row in filter(None, reader):
        if lacking:
            raise GraftNetError(f"{path} has columns {header}; expected {list(COLUMNS)}.")
        row.extend([""] * (len(header) - len(row)))
        image, name, group = cells(row)
        if name not in labels:
            unknown.add(name)
        digest = "" if content_place is None else row[content_place]
        if digest and not _SHA256.fullmatch(digest):
            raise GraftNetError(
                f"{path}, line {reader.line_num} has the {CONTENT_COLUMN} {digest!r}; expected 64 "
                "hex digits of the image file's hash, or nothing."
            )
        yield image, labels.get(name, 0), group, bytes.fromhex(digest)
    if unknown:
        raise GraftNetError(
            f"{path} names classes {sorted(unknown)}; task {task.name} has {list(task.classes)}."
        )


def class_counts(task: Task, examples: Sequence[Example]) -> dict[str, int]:
    """Number of examples of each class, zero included, in class order."""
    if isinstance(examples, ExampleTable):
        labels = examples.labels
    else:
        labels = np.array([example.label for example in examples], np.int32)
    return task.counts(labels)
