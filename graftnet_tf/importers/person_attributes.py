"""Crops of people that are each labelled for every attribute become single-label tasks."""

import dataclasses
import os
from collections import Counter
from collections.abc import Sequence

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.defined_tasks import choose
from graftnet_tf.importers.scan import files_below
from graftnet_tf.importers.split_names import task_splits
from graftnet_tf.workspace.attribute_names import servable_name
from graftnet_tf.workspace.tasks import Task

UNCERTAIN = 2
"""A label that the field counts as negative: the annotators could not tell."""

_LABEL_FILES = (".mat", ".txt")


@dataclasses.dataclass(frozen=True)
class LabelledCrops:
    """N crops and their labels for L attributes, as a data set publishes them.

    Attributes:
      name: Name of the copies' folder.
      data_set: Name of the data set, for messages.
      source: Label file, for messages.
      folder: Folder of the images.
      attributes: L different names, as published.
      files: N paths relative to `folder`.
      labels: [N, L] of 0 (negative), 1 (positive) and 2 (uncertain).
      parts: N of "train", "validation" and "test".
      persons: N names of what must stay on one side of a split; None where nobody knows, and
        crops that look alike are then kept together.
      split_leaks: Whether the published split has persons on both sides.
      notes: What was taken for granted in reading the label file, a sentence each.
    """

    name: str
    data_set: str
    source: str
    folder: str
    attributes: Sequence[str]
    files: Sequence[str]
    labels: np.ndarray
    parts: Sequence[str]
    persons: Sequence[str] | None = None
    split_leaks: bool = False
    notes: Sequence[str] = ()


def collection(
    crops: LabelledCrops, tasks: Sequence[str] = (), reporting: Reporting = Reporting()
) -> Collection:
    """One binary task for each attribute, over the crops that are there.

    The published split is kept; validation goes to train, out of which each branch draws a part
    of its own. Of a part of the data without any test crop, a test part is drawn.

    Args:
      crops: What the label file says.
      tasks: Attributes wanted, by their published or their served names; none for all of them.
      reporting: Nothing; these tasks are defined.

    Returns:
      The crops in the file's order. Those that are not there are counted in `notes`.

    Raises:
      GraftNetError: an unknown task, `reporting` is given, a label is none of 0, 1 and 2, two
        attributes would be served under one name, a crop is listed twice, or none is there.
    """
    served = _served_names(crops)
    known = {name: Task.binary(served[name]) for name in crops.attributes}
    wanted = choose(
        tasks,
        known | {task.name: task for task in known.values()},
        crops.data_set,
        reporting,
    )
    columns = [column for column, name in enumerate(crops.attributes) if known[name] in wanted]
    _check_labels(crops, columns)
    repeated = [file for file, count in Counter(crops.files).items() if count > 1]
    if repeated:
        raise GraftNetError(
            f"{crops.source} lists {len(repeated)} images more than once, {repeated[0]} among "
            "them; list each once."
        )
    there, skipped = files_below(crops.folder)
    present = set(there)
    rows = [row for row, file in enumerate(crops.files) if file in present]
    if not rows:
        raise GraftNetError(
            f"None of the {len(crops.files):,} images that {crops.source} lists is in "
            f"{crops.folder}, the first is {crops.files[0] if crops.files else 'none'}; "
            "put the images there."
        )
    sides: dict[str, str] = task_splits({crops.parts[row] for row in rows})
    drawn = "test" not in sides.values()
    names = [served[crops.attributes[column]] for column in columns]
    labels = crops.labels[np.ix_(rows, columns)]
    photos = [
        Photo(
            source=os.path.join(crops.folder, crops.files[row]),
            name=crops.files[row],
            group=crops.persons[row] if crops.persons else None,
            labels=dict(zip(names, positives, strict=True)),
            split=None if drawn else sides[crops.parts[row]],
        )
        for row, positives in zip(rows, (labels == 1).astype(int).tolist(), strict=True)
    ]
    notes = [
        *crops.notes,
        *_name_notes({name: task for name, task in served.items() if task in names}),
        *_label_notes(labels),
        *_image_notes(crops, rows, present),
        *_split_notes(crops, rows, drawn),
    ]
    return Collection(
        crops.name,
        wanted,
        photos,
        skipped,
        notes,
        alike_together=crops.persons is None,
        split_leaks=crops.split_leaks,
    )


def _served_names(crops: LabelledCrops) -> dict[str, str]:
    served = {name: servable_name(name) for name in crops.attributes}
    if len(served) < len(crops.attributes) or len(set(served.values())) < len(served):
        raise GraftNetError(
            f"{crops.source} has attributes that would be served under one name, among "
            f"{', '.join(map(repr, crops.attributes))}; give each a name of its own."
        )
    return served


def _check_labels(crops: LabelledCrops, columns: Sequence[int]) -> None:
    expected = (len(crops.files), len(crops.attributes))
    if crops.labels.shape != expected:
        raise GraftNetError(
            f"{crops.source} has labels of shape {crops.labels.shape}; expected {expected}, a row "
            "for each image and a column for each attribute."
        )
    for column in columns:
        wrong = np.flatnonzero(~np.isin(crops.labels[:, column], (0, 1, UNCERTAIN)))
        if len(wrong):
            row = wrong[0]
            raise GraftNetError(
                f"{crops.source} labels {crops.files[row]} {crops.labels[row, column]} for "
                f"{crops.attributes[column]}; expected 0, 1 or {UNCERTAIN} (uncertain)."
            )


def _name_notes(served: dict[str, str]) -> list[str]:
    mapped = [f"{name} as {task}" for name, task in served.items() if name != task]
    return [f"Names that cannot be served are mapped: {', '.join(mapped)}."] if mapped else []


def _label_notes(labels: np.ndarray) -> list[str]:
    count = np.count_nonzero(labels == UNCERTAIN)
    return [f"{count:,} labels are {UNCERTAIN} (uncertain) and count as negative."] if count else []


def _image_notes(crops: LabelledCrops, rows: Sequence[int], present: set[str]) -> list[str]:
    notes = []
    if missing := len(crops.files) - len(rows):
        notes.append(
            f"{missing:,} of the {len(crops.files):,} images that {crops.source} lists are not in "
            f"{crops.folder}: what a part of {crops.data_set} gives is not comparable with "
            "published figures."
        )
    listed = {crops.files[row] for row in rows}
    unlisted = sum(not file.endswith(_LABEL_FILES) for file in present - listed)
    if unlisted:
        notes.append(f"{unlisted:,} files in {crops.folder} are not listed: left out.")
    return notes


def _split_notes(crops: LabelledCrops, rows: Sequence[int], drawn: bool) -> list[str]:
    notes = []
    if crops.persons is None:
        notes.append("No label says who is who: images that look alike are one group.")
    if drawn:
        notes.append(
            "No image of the published test split is there: a test part is drawn by "
            "--test_fraction and --seed."
        )
    elif {"validation", "test"} <= {crops.parts[row] for row in rows}:
        notes.append(
            "The published validation images are in train, as where published results come from; "
            "a branch keeps a validation part of its own."
        )
    return notes
