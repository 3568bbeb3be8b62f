"""PETA (Deng et al., ACM MM 2014) as it is given out for attribute recognition.

    SOURCE/PETA.mat          peta, a struct: labels [19000, 109], of which those from column 4 are
                             the labels; names of the 105 attributes; which of them are evaluated;
                             five partitions of three lists (train, val, test) that count from 1
    SOURCE/images/NNNNN.png  00001.png is the first row

Any part of the images will do. PETA labels persons, not images: one image of a person was
labelled, and the others have the same labels. Its partitions are drawn by image, so that persons
are on both sides; the zero-shot partitions of Jia et al. 2021 are the answer of the field.
"""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection
from graftnet_tf.importers.mat_files import other_layout, read_variables, strings
from graftnet_tf.importers.person_attributes import LabelledCrops, collection
from graftnet_tf.importers.scan import require_folder

EVALUATED = 35
"""Attributes that published results are about: the first so many."""

PARTITIONS = 5
_FIRST_LABEL = 4  # column of the labels; those before describe the image
_PARTS = ("train", "validation", "test")
_LAYOUT = "PETA.mat with data [19000, 109], 105 names and 5 partitions, and images/NNNNN.png"


def scan(
    source: str,
    tasks: Sequence[str] = (),
    reporting: Reporting = Reporting(),
    *,
    partition: int = 1,
) -> Collection:
    """Finds the images and their labels.

    Args:
      source: Folder in the layout above.
      tasks: Attributes wanted among all 105, by their published or their served names; none for
        the first 35, which published results are about.
      reporting: Nothing; these tasks are defined.
      partition: Which of the five, from 1; published results are on the first.

    Returns:
      As `person_attributes.collection`. A group is of the images with the same 105 labels, which
      is the finest that is sure to keep a person's images together.

    Raises:
      GraftNetError: another layout, no such partition, or as for `person_attributes.collection`.
    """
    require_folder(source, f"a folder with {_LAYOUT}")
    path = os.path.join(source, "PETA.mat")
    peta = read_variables(path, ["peta"], _LAYOUT)["peta"]
    if peta.dtype.names is None or len(peta.dtype.names) < 4 or peta.size != 1:
        raise other_layout(path, "peta is no struct of four fields", _LAYOUT)
    data, names, _, partitions = list(peta.ravel()[0])[:4]
    attributes = strings(names)
    if not attributes or len(attributes) < EVALUATED:
        raise other_layout(path, f"it does not name {EVALUATED} attributes or more", _LAYOUT)
    columns = _FIRST_LABEL + len(attributes)
    if not isinstance(data, np.ndarray):
        raise other_layout(path, "its data is no full matrix", _LAYOUT)
    if data.ndim != 2 or data.shape[1] != columns or data.dtype.kind not in "biuf":
        raise other_layout(
            path,
            f"its data is {data.dtype} {list(data.shape)}, which is not {_FIRST_LABEL} columns and "
            f"{len(attributes)} labels",
            _LAYOUT,
        )
    rows, parts = _partition(path, partitions, partition, len(data))
    labels = data[:, _FIRST_LABEL:]
    _, persons = np.unique(labels, axis=0, return_inverse=True)
    folder = os.path.join(source, "images")
    require_folder(folder, "the folder of PETA's images")
    crops = LabelledCrops(
        "peta",
        "PETA",
        path,
        folder,
        attributes,
        [f"{row + 1:05d}.png" for row in rows],
        labels[rows],
        parts,
        [f"peta/{person}" for person in persons.ravel()[rows]],
        split_leaks=True,
        notes=(
            "PETA labels persons and does not name them: images with all labels the same are one "
            "group, of one person or of several.",
            f"Partition {partition} of PETA's random ones, which divide images, not persons.",
        ),
    )
    return collection(crops, tasks or attributes[:EVALUATED], reporting)


def _partition(path: str, cells: np.ndarray, number: int, count: int) -> tuple[list[int], list]:
    """Rows of one partition, counted from 0, and the part of the split of each."""
    found = [_lists(cell) for cell in np.asarray(cells).ravel()]
    if not 1 <= number <= len(found):
        raise GraftNetError(f"{path} has {len(found)} partitions; --partition={number} is none.")
    lists = found[number - 1]
    if lists is None:
        raise other_layout(path, f"partition {number} has no three lists of numbers", _LAYOUT)
    every = np.concatenate(lists)
    if not np.isin(every, np.arange(1, count + 1)).all():
        raise other_layout(
            path, f"partition {number} has numbers that are not in 1…{count}", _LAYOUT
        )
    rows = (every.astype(np.int64) - 1).tolist()
    return rows, [part for part, some in zip(_PARTS, lists, strict=True) for _ in some]


def _lists(cell: Any) -> list[np.ndarray] | None:
    """Train, val and test of one cell: the first column of each, as it is."""
    struct = np.asarray(cell)
    while struct.dtype == object and struct.size == 1 and struct.dtype.names is None:
        struct = np.asarray(struct.item())
    if struct.dtype.names is None or len(struct.dtype.names) < 3 or struct.size != 1:
        return None
    lists = [np.asarray(values) for values in list(struct.ravel()[0])[:3]]
    if any(values.dtype.kind not in "iuf" or values.ndim != 2 for values in lists):
        return None
    return [values[:, 0] if values.size else values.ravel() for values in lists]
