"""Tasks: one sub-dataset each, with its classes and the attributes it reports."""

import csv
import dataclasses
import io
import os

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_tables import to_csv

BINARY_CLASSES = ("negative", "positive")
SPLITS = ("train", "test")
COLUMNS = ("image", "class", "group")
TASK_FILE = "task.json"
NEAR_DUPLICATES_FILE = "near_duplicates.csv"  # images that look alike across the split
NEAR_DUPLICATES_COLUMNS = ("group", "image", "split")


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

    def class_index(self, attribute: str) -> int:
        """Index of the class whose score is `attribute`'s score."""
        return self.classes.index(self.attributes[attribute])

    def to_dict(self) -> dict:
        return {
            "name": self.name,
            "classes": list(self.classes),
            "attributes": dict(self.attributes),
        }

    @classmethod
    def from_dict(cls, content: dict) -> "Task":
        return cls(content["name"], tuple(content["classes"]), dict(content["attributes"]))


@dataclasses.dataclass(frozen=True)
class Example:
    """One image and its one label.

    Attributes:
      image: Path, absolute or relative to the workspace.
      label: Index into the task's classes.
      group: What must stay on one side of any split (a photo, a person, a camera visit).
    """

    image: str
    label: int
    group: str


def write_task(directory: str, task: Task, splits: dict[str, list[Example]]) -> None:
    """Writes `directory`/task.json and one CSV per split, each atomically."""
    for split in SPLITS:
        write_list(os.path.join(directory, f"{split}.csv"), task, splits.get(split, []))
    atomic_files.write_json(os.path.join(directory, TASK_FILE), task.to_dict())


def write_list(path: str, task: Task, examples: list[Example]) -> None:
    """Writes a CSV of examples, atomically."""
    rows = ((example.image, task.classes[example.label], example.group) for example in examples)
    atomic_files.write_text(path, to_csv(COLUMNS, rows))


def read_task(directory: str) -> Task:
    """The task whose folder is `directory`."""
    return Task.from_dict(atomic_files.read_json(os.path.join(directory, TASK_FILE)))


def parse_list(content: bytes, path: str, task: Task) -> list[Example]:
    """The examples of a task in the CSV that lies at `path`.

    Raises:
      GraftNetError: it is not UTF-8, lacks a column, or names an unknown class.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise GraftNetError(f"{path} is not UTF-8 ({error}); save it as such.") from None
    rows = list(csv.DictReader(io.StringIO(text)))
    if rows and not set(COLUMNS) <= set(rows[0]):
        raise GraftNetError(f"{path} has columns {list(rows[0])}; expected {list(COLUMNS)}.")
    unknown = {row["class"] for row in rows} - set(task.classes)
    if unknown:
        raise GraftNetError(
            f"{path} names classes {sorted(unknown)}; task {task.name} has {list(task.classes)}."
        )
    return [Example(r["image"], task.classes.index(r["class"]), r["group"]) for r in rows]


def class_counts(task: Task, examples: list[Example]) -> dict[str, int]:
    """Number of examples of each class, zero included, in class order."""
    labels = [example.label for example in examples]
    return {name: labels.count(index) for index, name in enumerate(task.classes)}
