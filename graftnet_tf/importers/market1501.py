"""Market-1501 (Zheng et al., ICCV 2015) with the attributes of Lin et al. 2019.

    SOURCE/market_attribute.mat             market_attribute, a struct of test and train; in each,
                                            27 attributes and image_index [identities], in an order
                                            that differs between the two
    SOURCE/bounding_box_train/ID_cXsY_….jpg
    SOURCE/bounding_box_test/ID_cXsY_….jpg  those of other identities (junk, distractors) have no
                                            labels

Attributes are of a person, coded 1 and 2, and age 1 to 4. Any part of the images will do.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.defined_tasks import choose
from graftnet_tf.importers.mat_files import other_layout, read_variables, strings
from graftnet_tf.importers.scan import files_below, require_folder
from graftnet_tf.workspace.tasks import Task

FOLDERS = {"train": "bounding_box_train", "test": "bounding_box_test"}

SECOND = {
    "gender": "female",
    "hair": "long_hair",
    "up": "short_sleeves",
    "down": "short_lower_clothing",
    "clothes": "pants",
}
"""Task whose positives are the persons coded 2, where the field's name would not tell it."""

_UPPER = ("black", "white", "red", "purple", "yellow", "gray", "blue", "green")
_LOWER = ("black", "white", "pink", "purple", "yellow", "gray", "blue", "green", "brown")

SAME_NAME = (
    "hat",
    "backpack",
    "bag",
    "handbag",
    *(f"up{colour}" for colour in _UPPER),
    *(f"down{colour}" for colour in _LOWER),
)
"""Fields in which 2 is yes."""

AGES = ("young", "teenager", "adult", "old")

TASKS = {
    **{field: Task.binary(task) for field, task in SECOND.items()},
    **{field: Task.binary(field) for field in SAME_NAME},
    "age": Task("age", AGES, {age: age for age in AGES}),
}
"""By field of the file; a label is the code less one."""

_LAYOUT = "Market-1501's market_attribute.mat, bounding_box_train/ and bounding_box_test/"


def scan(source: str, tasks: Sequence[str] = (), reporting: Reporting = Reporting()) -> Collection:
    """Finds the images and their persons' labels.

    Args:
      source: Folder in the layout above.
      tasks: Names of tasks, or of the file's fields; none for all 27.
      reporting: Nothing; these tasks are defined.

    Returns:
      The images of labelled persons, who are the groups; the others are counted in `notes`.

    Raises:
      GraftNetError: another layout, a code that is none, an unknown task, `reporting` is given,
        or no image of a labelled person is there.
    """
    wanted = choose(
        tasks,
        TASKS | {task.name: task for task in TASKS.values()},
        "Market-1501",
        reporting,
    )
    require_folder(source, f"a folder with {_LAYOUT}")
    path = os.path.join(source, "market_attribute.mat")
    attributes = _struct(
        path, read_variables(path, ["market_attribute"], _LAYOUT)["market_attribute"]
    )
    photos: list[Photo] = []
    skipped: dict[str, str] = {}
    unlabelled: Counter[str] = Counter()
    missing = 0
    for split, folder in FOLDERS.items():
        if split not in attributes:
            raise other_layout(path, f"market_attribute has no {split}", _LAYOUT)
        persons = _persons(path, split, attributes[split], wanted)
        directory = os.path.join(source, folder)
        require_folder(directory, "a folder of Market-1501's images")
        files, left_out = files_below(directory)
        skipped |= left_out
        seen = set()
        for file in files:
            person = os.path.basename(file).partition("_")[0]
            if person not in persons:
                unlabelled[folder] += 1
                continue
            seen.add(person)
            photos.append(
                Photo(
                    source=os.path.join(directory, file),
                    name=os.path.join(folder, file),
                    group=f"market1501/{person}",
                    labels=persons[person],
                    split=split,
                )
            )
        missing += len(persons) - len(seen)
    if not photos:
        raise GraftNetError(f"{source} has no image of a labelled person; expected {_LAYOUT}.")
    notes = [
        "Fields whose names do not tell which code is positive are mapped, 2 being positive: "
        + ", ".join(f"{field} as {task}" for field, task in SECOND.items())
        + ".",
        *(
            f"{count:,} files in {folder} are of nobody who is labelled: left out."
            for folder, count in unlabelled.items()
        ),
    ]
    if missing:
        notes.append(f"{missing:,} labelled persons have no image here.")
    return Collection("market1501", wanted, photos, skipped, notes)


def _persons(
    path: str, split: str, cell: np.ndarray, tasks: Sequence[Task]
) -> dict[str, dict[str, int]]:
    """Labels by task of each person of a split."""
    fields = _struct(path, cell)
    if lacking := [name for name in (*TASKS, "image_index") if name not in fields]:
        raise other_layout(path, f"{split} has no {', '.join(lacking)}", _LAYOUT)
    names = strings(fields["image_index"])
    if names is None:
        raise other_layout(path, f"image_index of {split} is no list of names", _LAYOUT)
    labels = {}
    for field, task in TASKS.items():
        if task not in tasks:
            continue
        codes = np.asarray(fields[field]).ravel()
        if codes.dtype.kind not in "iuf" or len(codes) != len(names):
            raise other_layout(
                path, f"{field} of {split} is not a number for each of {len(names)}", _LAYOUT
            )
        highest = len(task.classes)
        wrong = np.flatnonzero(~np.isin(codes, range(1, highest + 1)))
        if len(wrong):
            raise GraftNetError(
                f"{path} codes {field} of {split}'s person {names[wrong[0]]} as {codes[wrong[0]]}; "
                f"expected 1 to {highest}."
            )
        labels[task.name] = (codes.astype(np.int64) - 1).tolist()
    return {
        name: {task: values[row] for task, values in labels.items()}
        for row, name in enumerate(names)
    }


def _struct(path: str, cell: np.ndarray) -> Mapping[str, np.ndarray]:
    """The fields of a struct of one element, whatever their order."""
    struct = np.asarray(cell)
    if struct.dtype.names is None or struct.size != 1:
        raise other_layout(path, "market_attribute is no struct of test and train", _LAYOUT)
    return dict(zip(struct.dtype.names, struct.ravel()[0], strict=True))
