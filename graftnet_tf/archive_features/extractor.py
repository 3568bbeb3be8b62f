"""From the content of image files to the trunk's vectors."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from graftnet_tf.archive_tables.tabulator import ImageRows
from graftnet_tf.trunk.block_means import block_means
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.workspace import Workspace

COLUMN = "features"


class FeatureExtractor:
    """Gives each image a row with its vector; see `archive_tables.tabulator.Tabulator`."""

    def __init__(self, trunk: Trunk, block: int):
        """Loads the blocks up to `block`, which is averaged."""
        size = trunk.backbone.channels[block]
        self.columns: Mapping[str, npt.DTypeLike] = {COLUMN: np.dtype((np.float32, (size,)))}
        self._letterbox = trunk.preprocessing.letterbox
        self._means = block_means(trunk, block)

    def tabulate(self, images: Sequence[bytes]) -> ImageRows:
        """float32 [D] of each image that can be decoded."""
        return ImageRows.of_each(images, self.fit, self.columns_of)

    def fit(self, pixels: np.ndarray) -> tf.Tensor:
        """uint8 [H, W, 3] to uint8 [1, h, w, 3] of the trunk's input size."""
        return self._letterbox(pixels[np.newaxis])

    def columns_of(self, fitted: Sequence[tf.Tensor]) -> dict[str, np.ndarray]:
        """The columns of images that `fit` fitted."""
        if not fitted:
            return {COLUMN: np.zeros(0, self.columns[COLUMN])}
        return {COLUMN: self._means(tf.concat(fitted, axis=0)).numpy()}


def load_extractor(root: str, version: str, block: int) -> FeatureExtractor:
    """An extractor of a workspace's trunk, as every worker of a job makes its own.

    Args:
      root: Root of the workspace.
      version: Version of the trunk.
      block: Number of the block that is averaged.

    Raises:
      GraftNetError: there is no such workspace or trunk, or it ends before the block.
    """
    return FeatureExtractor(Trunk.open(Workspace(root), version), block)
