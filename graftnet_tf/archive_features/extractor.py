"""From the content of image files to the trunk's vectors."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from graftnet_tf.archive_tables.tabulator import ImageRows
from graftnet_tf.data.image_loading import UnreadableImageError
from graftnet_tf.data.joint_decoding import decode_each
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
        pixels = [found for _, found in decode_each(images)]
        decoded = np.array([not isinstance(found, UnreadableImageError) for found in pixels])
        fitted = [
            self._letterbox(found[np.newaxis])
            for found in pixels
            if not isinstance(found, UnreadableImageError)
        ]
        vectors = self._means(tf.concat(fitted, axis=0)).numpy() if fitted else self._none()
        return ImageRows(decoded, np.flatnonzero(decoded), {COLUMN: vectors})

    def _none(self) -> np.ndarray:
        return np.zeros(0, self.columns[COLUMN])


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
