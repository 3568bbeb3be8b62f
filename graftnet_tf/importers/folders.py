"""One task from folders of images, one folder per class.

SOURCE/CLASS/*           the split is drawn; or
SOURCE/train/CLASS/*     the split is kept; valid and val too, see `split_names`; or
SOURCE/test/CLASS/*
SOURCE/CLASS/train/*     the same with the split below the class
SOURCE/CLASS/test/*
"""

import os
from collections.abc import Sequence

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import Reporting, label_scheme, task_name
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.scan import files_below, require_folder, subfolders
from graftnet_tf.importers.split_names import split_of, task_splits

_LAYOUT = "one folder of images per class, or these below train and test"


def scan(source: str, tasks: Sequence[str] = (), reporting: Reporting = Reporting()) -> Collection:
    """Finds the images; the classes are as `label_scheme` has them.

    Args:
      source: Folder in a layout above.
      tasks: The name of the task; none for the folder's own.
      reporting: Which classes are attributes, where their names do not tell.

    Returns:
      Every file below a class folder as a photo, each a group of its own.

    Raises:
      GraftNetError: no such folder, a split that some files or folders are in and others are
        not, fewer than two classes, classes that make no task, or a class without a file.
    """
    require_folder(source, f"a folder with {_LAYOUT}")
    name = task_name(tasks, os.path.basename(os.path.normpath(source)))
    classes, skipped = _class_folders(source)
    if not classes:
        raise GraftNetError(f"{source} holds no class folder; expected {_LAYOUT}.")
    scheme = label_scheme(name, [os.path.basename(folder) for folder in classes], source, reporting)
    found: list[tuple[str, str, str | None]] = []  # file, label, part of the source's split
    for folder in classes:
        files, left_out = files_below(os.path.join(source, folder), source)
        skipped.update(left_out)
        label = os.path.basename(folder)
        for file in files:
            of_split = os.path.dirname(folder) or file.rpartition(os.sep)[0].split(os.sep)[0]
            found.append((os.path.join(folder, file), label, split_of(of_split)))
    _require_every_class(source, classes, {label for _, label, _ in found})
    _require_one_layout(source, found)
    sides = task_splits({part for _, _, part in found if part})
    photos = [
        Photo(
            source=os.path.join(source, file),
            name=file,
            group=None,
            labels={name: scheme.index[label]},
            split=sides[part] if part else None,
        )
        for file, label, part in found
    ]
    return Collection(name, [scheme.task], photos, skipped, scheme.notes)


def _class_folders(source: str) -> tuple[list[str], dict[str, str]]:
    """Paths of the class folders, relative to the source, and what lies beside them.

    Raises:
      GraftNetError: folders named like splits stand beside folders named otherwise.
    """
    folders, skipped = subfolders(source)
    splits = [folder for folder in folders if split_of(folder)]
    if splits and len(splits) < len(folders):
        others = [folder for folder in folders if folder not in splits]
        raise GraftNetError(
            f"{source} holds folders named like parts of a split ({', '.join(splits)}) beside "
            f"others ({', '.join(others)}); expected {_LAYOUT}. Move or rename them."
        )
    if not splits:
        return folders, skipped
    classes = []
    for split in splits:
        labels, beside = subfolders(os.path.join(source, split))
        classes += [os.path.join(split, label) for label in labels]
        skipped.update(beside)
    return classes, skipped


def _require_every_class(source: str, classes: Sequence[str], filled: set[str]) -> None:
    empty = [folder for folder in classes if os.path.basename(folder) not in filled]
    if empty:
        raise GraftNetError(
            f"Class folder {os.path.join(source, empty[0])} is empty; put images of class "
            f"{os.path.basename(empty[0])} there, or remove it."
        )


def _require_one_layout(source: str, found: Sequence[tuple[str, str, str | None]]) -> None:
    """Checks that all files are in parts of a split, or none is."""
    split = [file for file, _, part in found if part]
    loose = [file for file, _, part in found if not part]
    if split and loose:
        raise GraftNetError(
            f"{source} holds files in parts of a split ({split[0]}) and others in none "
            f"({loose[0]}); expected {_LAYOUT}. Move them into one of the parts."
        )
