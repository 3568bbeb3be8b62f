"""Features at a later graft point, computed from those at an earlier one."""

from collections.abc import Iterable

import numpy as np
import tensorflow as tf

from graftnet_tf.features.graft_features import GraftFeatures
from graftnet_tf.features.not_alone import not_alone
from graftnet_tf.models.blocks import Blocks


class DeeperFeatures:
    """What further frozen blocks make of features: many graft points share one cache.

    They are computed anew for every batch, which costs the blocks' forward pass and no
    disk.
    """

    def __init__(self, features: GraftFeatures, blocks: Blocks):
        """Takes features at block b and the frozen blocks b+1…graft_after."""
        self._features = features
        self._blocks = tf.function(not_alone(blocks), reduce_retracing=True, autograph=False)

    def prepare(self, draws: Iterable[tuple[np.ndarray, int | None]]) -> None:
        self._features.prepare(draws)

    def plain(self, rows: np.ndarray) -> tf.Tensor:
        return self._blocks(self._features.plain(rows))

    def augmented(self, rows: np.ndarray, step: int) -> tf.Tensor:
        return self._blocks(self._features.augmented(rows, step))
