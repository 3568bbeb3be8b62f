"""Small sources to import."""

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from graftnet_tf.importers.ccp_tasks import LABELS_USED

LABELS = ["null", "hair", *sorted(LABELS_USED)]


def write_image(path, height=40, width=30, seed=0):
    """An image of noise; its folder is made when absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(path)


class CcpTree:
    """A tiny source in Clothing Co-Parsing's layout."""

    def __init__(self, root):
        self.root = root
        for level in ("pixel-level", "image-level"):
            (root / "annotations" / level).mkdir(parents=True)
        names = np.empty((1, len(LABELS)), object)
        names[0] = LABELS
        savemat(root / "label_list.mat", {"label_list": names})

    def photo(self, stem, height=40, width=30):
        write_image(self.root / "photos" / f"{stem}.jpg", height, width, seed=int(stem))

    def tagged(self, stem, *labels):
        self.photo(stem)
        indices = [0, *(LABELS.index(label) for label in labels)] * 2
        savemat(
            self.root / f"annotations/image-level/{stem}.mat",
            {"tags": np.array([indices], np.uint8)},
        )

    def masked(self, stem, **boxes):
        """`boxes`: (top, bottom, left, right) by label, in a photo of 40 by 30."""
        self.photo(stem)
        pixels = np.zeros((40, 30), np.uint8)
        for label, (top, bottom, left, right) in boxes.items():
            pixels[top:bottom, left:right] = LABELS.index(label)
        savemat(self.root / f"annotations/pixel-level/{stem}.mat", {"groundtruth": pixels})


@pytest.fixture
def ccp_tree(tmp_path):
    return CcpTree(tmp_path / "source")


def cells(*texts):
    """A cell array of texts, one a row, as MATLAB saves it."""
    array = np.empty((len(texts), 1), object)
    array[:, 0] = texts
    return array


PETA_NAMES = [f"attribute{number}" for number in range(105)]
_FIRST = ([1, 2, 5], [3], [4, 6])  # train, val and test count from 1
_SECOND = ([6], [5], [1, 2, 3, 4])


def _partition(*lists):
    """A cell of a struct of three matrices, whose first column are the images' numbers."""
    matrices = [np.array([[number, 9] for number in some], float) for some in lists]
    return dict(zip(("train_index", "val_index", "test_index"), matrices, strict=True))


def peta_labels():
    """uint8 [6, 109]: images 1 and 4 are of one person, as are 2 and 3; column 4 is the first."""
    data = np.zeros((6, 109), np.uint8)
    data[:, :4] = 1
    for row, person in enumerate((0, 1, 1, 0, 2, 3)):
        data[row, 4 + person] = 1
    data[:, 108] = 1
    return data


def save_peta(
    source, data=None, names=PETA_NAMES, partitions=(_FIRST, _SECOND, _FIRST, _FIRST, _FIRST)
):
    """A PETA.mat of six images; returns the source's path."""
    every = np.empty((len(partitions), 1), object)
    every[:, 0] = [_partition(*lists) for lists in partitions]
    struct = {
        "data": peta_labels() if data is None else data,
        "attribute": cells(*names),
        "selected_attribute": np.arange(1, 36)[np.newaxis],
        "partition": every,
    }
    savemat(source / "PETA.mat", {"peta": struct})
    return str(source)
