"""Clothing Co-Parsing (Yang, Luo and Lin, CVPR 2014) in its own layout.

    SOURCE/label_list.mat                     names of the labels, the first is `null`
    SOURCE/photos/NNNN.jpg
    SOURCE/annotations/pixel-level/NNNN.mat   a label per pixel; or
    SOURCE/annotations/image-level/NNNN.mat   the labels of the photo

Any part of it will do. A photo is an example of every task. People with pixel labels are
cut out on black, the others are taken whole.
"""

import functools
import io
import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from scipy.io import loadmat
from tqdm import tqdm

from graftnet_tf.data.image_loading import UnreadableImageError
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.ccp_tasks import LABELS_USED, TASKS, label_of
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.cutout import cut_out
from graftnet_tf.importers.defined_tasks import choose
from graftnet_tf.importers.scan import files_below, require_folder
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.tasks import Task

SAME_PERSON = {
    "1456": "0045",
    "0984": "0078",
    "0730": "0183",
    "1691": "0220",
    "0616": "0223",
    "0398": "0312",
    "0649": "0366",
    "1074": "0403",
    "0722": "0594",
    "1913": "0643",
    "0732": "0692",
    "0990": "0907",
    "1851": "1018",
    "1790": "1671",
}
"""Photos that show the same shot, or the same person in the same clothes, as another."""

_LAYOUT = "Clothing Co-Parsing's label_list.mat, photos/ and annotations/"


def scan(source: str, tasks: Sequence[str] = (), reporting: Reporting = Reporting()) -> Collection:
    """Finds the photos and their labels.

    Args:
      source: Folder in the layout above.
      tasks: Names among `ccp_tasks.TASKS`; none for all of them.
      reporting: Nothing; these tasks are defined.

    Returns:
      The photos, in the order of their names. Those without an annotation, or with a
      damaged one, are in `skipped`.

    Raises:
      GraftNetError: an unknown task, a source in another layout, or `reporting` is given.
    """
    wanted = choose(tasks, {task.name: task for task in TASKS}, "Clothing Co-Parsing", reporting)
    require_folder(source, f"a folder with {_LAYOUT}")
    for part in ("label_list.mat", "photos", "annotations"):
        if not tf.io.gfile.exists(os.path.join(source, part)):
            raise GraftNetError(f"{source} has no {part}; expected {_LAYOUT}.")
    names = _label_names(os.path.join(source, "label_list.mat"))
    photos = []
    found, skipped = files_below(os.path.join(source, "photos"))
    for file in tqdm(found, desc="Reading annotations", unit="photo"):
        path = os.path.join(source, "photos", file)
        try:
            photos.append(_photo(source, file, names, wanted))
        except UnreadableImageError as error:
            skipped[path] = str(error)
    if not photos:
        raise GraftNetError(
            f"{source} has no photo with an annotation ({len(skipped)} without): expected "
            "annotations/pixel-level/NNNN.mat or annotations/image-level/NNNN.mat for "
            "photos/NNNN.jpg."
        )
    return Collection("ccp", wanted, photos, skipped)


def _photo(source: str, file: str, names: list[str], tasks: list[Task]) -> Photo:
    stem = os.path.splitext(file)[0]
    pixel_level, image_level = (
        os.path.join(source, "annotations", level, f"{stem}.mat")
        for level in ("pixel-level", "image-level")
    )
    cut = None
    if tf.io.gfile.exists(pixel_level):
        indices = _read_mat(pixel_level, "groundtruth")
        cut = functools.partial(_cut_labelled, pixel_level)
    elif tf.io.gfile.exists(image_level):
        indices = _read_mat(image_level, "tags")
    else:
        raise UnreadableImageError("No annotation.")
    present = np.unique(indices).astype(int)
    if present.size and present[-1] >= len(names):
        raise UnreadableImageError(
            f"Its annotation has label {present[-1]}; label_list.mat ends at {len(names) - 1}."
        )
    tags = {names[index] for index in present if index}
    return Photo(
        source=os.path.join(source, "photos", file),
        name=f"{stem}.jpg" if cut else file,
        group=f"ccp/{SAME_PERSON.get(stem, stem)}",
        labels={task.name: label_of(task, tags) for task in tasks},
        cut=cut,
    )


def _cut_labelled(annotation: str, image: np.ndarray) -> np.ndarray:
    person = _read_mat(annotation, "groundtruth") > 0
    if person.shape != image.shape[:2]:
        raise UnreadableImageError(
            f"Its annotation is for {person.shape} pixels; the photo has {image.shape[:2]}."
        )
    if not person.any():
        raise UnreadableImageError("Its annotation labels no pixel.")
    return cut_out(image, person)


def _label_names(path: str) -> list[str]:
    try:
        names = [str(name[0]) for name in _read_mat(path, "label_list").ravel()]
    except UnreadableImageError as error:
        raise GraftNetError(f"{path}: {error}") from None
    if missing := LABELS_USED - set(names):
        raise GraftNetError(
            f"{path} lacks the labels {', '.join(sorted(missing))}; "
            "expected the list of Clothing Co-Parsing."
        )
    return names


def _read_mat(path: str, key: str) -> np.ndarray:
    try:
        return loadmat(io.BytesIO(atomic_files.read_bytes(path)))[key]
    except Exception as error:  # scipy raises errors of many kinds on a damaged file
        raise UnreadableImageError(
            f"Its annotation {os.path.basename(path)} is damaged or lacks {key!r} "
            f"({type(error).__name__})."
        ) from None
