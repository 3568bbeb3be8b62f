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
      source: folder in a layout above.
      tasks: the name of the task; none for the folder's own.
      reporting: which classes are attributes, where their names do not tell.

    Returns:
      Every file below a class folder as a photo, each a group of its own.

    Raises:
      GraftNetError: no such folder, folders of splits beside others, fewer than two classes,
        classes that make no task, or a class without a file.
    """
    require_folder(source, f"a folder with {_LAYOUT}")
    name = task_name(tasks, os.path.basename(os.path.normpath(source)))
    classes = _class_folders(source)
    if not classes:
        raise GraftNetError(f"{source} holds no class folder; expected {_LAYOUT}.")
    scheme = label_scheme(name, [os.path.basename(folder) for folder in classes], source, reporting)
    found: list[tuple[str, str, str | None]] = []  # file, label, part of the source's split
    skipped: dict[str, str] = {}
    for folder in classes:
        files, left_out = files_below(os.path.join(source, folder), source)
        skipped.update(left_out)
        if not files:
            raise GraftNetError(
                f"Class folder {os.path.join(source, folder)} is empty; put images of class "
                f"{os.path.basename(folder)} there, or remove it."
            )
        for file in files:
            parts = os.path.join(folder, file).split(os.sep)
            within = file.split(os.sep)[0] if os.sep in file else ""
            part = split_of(parts[0]) if os.sep in folder else split_of(within)
            found.append((os.path.join(folder, file), os.path.basename(folder), part))
    sides = task_splits({part for _, _, part in found if part})
    photos = [
        Photo(
            source=os.path.join(source, file),
            name=file,
            group=file,
            labels={name: scheme.index[label]},
            split=sides[part] if part else None,
        )
        for file, label, part in found
    ]
    return Collection(name, [scheme.task], photos, skipped, scheme.notes)


def _class_folders(source: str) -> list[str]:
    """Paths of the class folders, relative to the source.

    Raises:
      GraftNetError: folders named like splits stand beside folders named otherwise.
    """
    folders = subfolders(source)
    splits = [folder for folder in folders if split_of(folder)]
    if splits and len(splits) < len(folders):
        others = [folder for folder in folders if folder not in splits]
        raise GraftNetError(
            f"{source} holds folders named like parts of a split ({', '.join(splits)}) beside "
            f"others ({', '.join(others)}); expected {_LAYOUT}. Move or rename them."
        )
    if not splits:
        return folders
    return [
        os.path.join(split, label)
        for split in splits
        for label in subfolders(os.path.join(source, split))
    ]
