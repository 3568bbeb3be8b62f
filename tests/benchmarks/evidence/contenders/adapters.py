"""Residual adapters for every attribute on the frozen public trunk.

Parallel 1×1 convolutions in the manner of Rebuffi et al. 2018, "Efficient Parametrization of
Multi-domain Deep Neural Networks", section 3.2, one beside each open block's output: x + A·x,
A zero at first. Nothing but them and the classifier is trained.
"""

from typing import Any

import tensorflow as tf

from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.pooling import pooling
from tests.benchmarks.evidence.networks import Network, Shape
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.separate import train_separately
from tests.benchmarks.evidence.setting import Setting

RECIPES: list[dict[str, Any]] = [
    {"shape": {}, "learning_rate": 2e-4},
    {"shape": {}, "learning_rate": 1e-3},
    {"shape": {"train_from": 3}, "learning_rate": 1e-3},
]
LENGTH = 25


class _Adapted(Network):
    """A network whose blocks are frozen, with an adapter behind each that would be open."""

    def __init__(self, shape: Shape, setting: Setting):
        super().__init__(shape, 1, setting.preprocessing, setting.initial_weights)
        self.adapters = {
            str(block): tf.keras.layers.Conv2D(
                INCEPTION_V3.channels[block], 1, use_bias=False, kernel_initializer="zeros"
            )
            for block in range(shape.train_from, shape.last_block + 1)
        }
        for block, adapter in self.adapters.items():
            adapter.build((None, None, None, INCEPTION_V3.channels[int(block)]))

    @property
    def open_variables(self) -> list[tf.Variable]:
        kernels = [adapter.kernel for adapter in self.adapters.values()]
        return [*kernels, *self.head.trainable_variables]

    def pooled(self, images: tf.Tensor) -> tf.Tensor:
        return self._adapted(self.blocks, images)

    def training_logits(self, augmented: tf.Tensor) -> tf.Tensor:
        return self.head(self._adapted(self._training_blocks, augmented))

    def _adapted(self, blocks: Any, images: tf.Tensor) -> tf.Tensor:
        outputs = self._preprocessing.scale(images)
        for number in blocks.numbers():
            outputs = blocks[number](outputs, training=False)
            if adapter := self.adapters.get(str(number)):
                outputs += adapter(outputs)
        return pooling(self.shape.pooling)(outputs)


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Trains one attribute's adapters after the other and scores; `length` in steps of each."""
    return train_separately(
        setting,
        recipe,
        length,
        _Adapted,
        added=lambda network: network.open_variables,
        computed_from=lambda shape: shape.train_from,
    )
