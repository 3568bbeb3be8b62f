"""One task from folders of pictures, one folder per class.

SOURCE/CLASS/*           the split is drawn; or
SOURCE/train/CLASS/*     the split is kept
SOURCE/test/CLASS/*
"""

import os
from collections.abc import Sequence

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import task_name, task_of_classes
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.scan import files_below, require_folder, subfolders
from graftnet_tf.tasks import SPLITS

_LAYOUT = "one folder of pictures per class, or these below train and test"


def scan(source: str, tasks: Sequence[str] = ()) -> Collection:
    """Finds the pictures; the classes are as `task_of_classes` has them.

    Args:
      source: folder in a layout above.
      tasks: the name of the task; none for the folder's own.

    Returns:
      Every file below a class folder as a photo, each a group of its own.

    Raises:
      GraftNetError: no such folder, fewer than two classes, or a class without a file.
    """
    require_folder(source, f"a folder with {_LAYOUT}")
    name = task_name(tasks, os.path.basename(os.path.normpath(source)))
    folders = subfolders(source)
    has_splits = bool(folders) and set(folders) <= set(SPLITS)
    classes = {
        os.path.join(split, label): (split or None, label)
        for split in (folders if has_splits else [""])
        for label in subfolders(os.path.join(source, split))
    }
    if not classes:
        raise GraftNetError(f"{source} holds no class folder; expected {_LAYOUT}.")
    task = task_of_classes(name, [label for _, label in classes.values()], source)
    photos = []
    for folder, (split, label) in classes.items():
        found = files_below(os.path.join(source, folder))
        if not found:
            raise GraftNetError(
                f"Class folder {os.path.join(source, folder)} is empty; put pictures of class "
                f"{label} there, or remove it."
            )
        photos += [
            Photo(
                source=os.path.join(source, folder, file),
                name=os.path.join(folder, file),
                group=os.path.join(folder, file),
                labels={name: task.classes.index(label)},
                split=split,
            )
            for file in found
        ]
    return Collection(name, [task], photos)
