"""A batch as folders of images, to be labelled with any file manager.

BATCH/folders/unlabelled/*   what is to be moved into one of
BATCH/folders/CLASS/
BATCH/folders/unsure/
BATCH/folders/bad_crop/

An image is known by its content, so that files may be renamed.
"""

import functools
import hashlib
import os
from collections.abc import Callable, Iterator

import tensorflow as tf

from graftnet_tf.active_learning.answers import (
    BAD_CROP,
    UNSURE,
    Answer,
    AnsweredImage,
    possible_answers,
)
from graftnet_tf.active_learning.batch import Batch
from graftnet_tf.active_learning.batch_contents import batch_contents
from graftnet_tf.data.image_loading import read_data
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.file_names import short_name
from graftnet_tf.io.hidden_files import is_hidden
from graftnet_tf.workspace.tasks import Task

FOLDERS = "folders"
_UNLABELLED = "unlabelled"
_NAMES = {UNSURE: UNSURE, BAD_CROP: "bad_crop"}


def write_folders(directory: str, batch: Batch) -> int:
    """Puts images that are in none of a batch's folders into `unlabelled`.

    Called again, it goes on where it was, and leaves what was moved where it is.

    Args:
      directory: Of the batch.
      batch: What is there.

    Returns:
      Number of images that were put there.

    Raises:
      GraftNetError: a class cannot name a folder, or no image can be read.
    """
    root = os.path.join(directory, FOLDERS)
    for name in (_UNLABELLED, *_answers_by_folder(batch.task)):
        tf.io.gfile.makedirs(os.path.join(root, name))
    there = {hashlib.sha256(content).hexdigest() for _, _, content in _files(root)}
    places = {chosen.sha256: place for place, chosen in enumerate(batch.images, start=1)}
    written = 0
    for chosen, content in batch_contents(batch):
        if chosen.sha256 in there:
            continue
        name = f"{places[chosen.sha256]:05d}-{short_name(chosen.image)}"
        atomic_files.write_bytes(os.path.join(root, _UNLABELLED, name), content)
        written += 1
    return written


def read_folders(directory: str, batch: Batch) -> tuple[list[AnsweredImage], dict[str, str]]:
    """What the folders say of a batch's images.

    Args:
      directory: Of the batch.
      batch: What is there.

    Returns:
      The batch's images in their order, and the reason for each file that is none of them, by path.

    Raises:
      GraftNetError: the batch was not exported to folders, or there are others.
    """
    root = os.path.join(directory, FOLDERS)
    if not tf.io.gfile.isdir(root):
        raise GraftNetError(
            f"{root} is not there: write it with graftnet-collect --export=folders "
            f"--output={directory}."
        )
    by_folder = _answers_by_folder(batch.task)
    answers: dict[str, list[Answer]] = {chosen.sha256: [] for chosen in batch.images}
    readers: dict[str, Callable[[], bytes]] = {}
    foreign = {}
    for folder, path, content in _files(root):
        if folder not in by_folder and folder != _UNLABELLED:
            raise GraftNetError(
                f"{path} is in none of the folders {', '.join(by_folder)} and {_UNLABELLED}: move "
                "it into one of them."
            )
        digest = hashlib.sha256(content).hexdigest()
        if digest not in answers:
            foreign[path] = "It is no image of the batch, by its content."
        elif folder != _UNLABELLED:
            answers[digest].append(Answer(by_folder[folder]))
            readers[digest] = functools.partial(read_data, path)
    images = [
        AnsweredImage(chosen, answers[chosen.sha256], readers.get(chosen.sha256))
        for chosen in batch.images
    ]
    return images, foreign


def _answers_by_folder(task: Task) -> dict[str, str]:
    answers = possible_answers(task)
    names = [_NAMES.get(answer, answer) for answer in answers]
    taken = [_UNLABELLED, *names]
    if wrong := [n for n in names if "/" in n or is_hidden(n) or taken.count(n) > 1]:
        raise GraftNetError(
            f"Class {wrong[0]!r} of task {task.name} cannot name a folder beside {_UNLABELLED} and "
            f"{', '.join(_NAMES.values())}: fill batch.csv instead, or rename the class."
        )
    return dict(zip(names, answers, strict=True))


def _files(root: str) -> Iterator[tuple[str, str, bytes]]:
    """(folder, path, content) of each file below `root`, sorted, without hidden ones."""
    for parent, folders, names in tf.io.gfile.walk(root):
        folders.sort()
        folder = os.path.relpath(parent, root).split(os.sep)[0].strip(".")
        for name in sorted(names):
            if not is_hidden(name):
                path = os.path.join(parent, name)
                yield folder, path, atomic_files.read_bytes(path)
