"""PA-100K (Liu et al., HydraPlus-Net, ICCV 2017) in its own layout.

    SOURCE/annotation.mat   attributes [26, 1]; for train, val and test: {part}_images_name
                            [N, 1], {part}_label [N, 26] of 0 and 1
    SOURCE/data/NNNNNN.jpg  release_data/release_data/ will do as well

Any part of the images will do. The split is by track, but no label says who is who.
"""

import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection
from graftnet_tf.importers.mat_files import other_layout, read_variables, strings
from graftnet_tf.importers.person_attributes import LabelledCrops, collection
from graftnet_tf.importers.scan import require_folder

_LAYOUT = "PA-100K's annotation.mat, and data/ with the images"
_PARTS = {"train": "train", "val": "validation", "test": "test"}
_FOLDERS = ("data", os.path.join("release_data", "release_data"), "release_data")


def scan(source: str, tasks: Sequence[str] = (), reporting: Reporting = Reporting()) -> Collection:
    """Finds the images and their labels.

    Args:
      source: Folder in the layout above.
      tasks: Attributes wanted, by their published or their served names; none for all 26.
      reporting: Nothing; these tasks are defined.

    Returns:
      As `person_attributes.collection`; images that look alike are one group.

    Raises:
      GraftNetError: another layout, or as for `person_attributes.collection`.
    """
    require_folder(source, f"a folder with {_LAYOUT}")
    path = os.path.join(source, "annotation.mat")
    variables = [f"{part}_{what}" for part in _PARTS for what in ("images_name", "label")]
    mat = read_variables(path, ["attributes", *variables], _LAYOUT)
    attributes = strings(mat["attributes"])
    if not attributes:
        raise other_layout(path, "its attributes are no list of names", _LAYOUT)
    files: list[str] = []
    labels, parts = [], []
    for prefix, part in _PARTS.items():
        names, found = strings(mat[f"{prefix}_images_name"]), mat[f"{prefix}_label"]
        if names is None:
            raise other_layout(path, f"{prefix}_images_name is no list of names", _LAYOUT)
        if found.shape != (len(names), len(attributes)) or found.dtype.kind not in "biuf":
            raise other_layout(
                path,
                f"{prefix}_label is {found.dtype} {list(found.shape)} for {len(names)} images and "
                f"{len(attributes)} attributes",
                _LAYOUT,
            )
        files += names
        labels.append(found)
        parts += [part] * len(names)
    folders = (os.path.join(source, folder) for folder in _FOLDERS)
    folder = next(filter(tf.io.gfile.isdir, folders), os.path.join(source, _FOLDERS[0]))
    require_folder(folder, "the folder of PA-100K's images")
    crops = LabelledCrops(
        "pa100k", "PA-100K", path, folder, attributes, files, np.concatenate(labels), parts
    )
    return collection(crops, tasks, reporting)
