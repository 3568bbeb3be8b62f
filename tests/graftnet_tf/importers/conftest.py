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
