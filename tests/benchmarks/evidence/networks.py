"""InceptionV3 with one logit for each attribute, trained on masked losses."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.class_weights import class_weights
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.models import weights
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.precision import native_precision
from graftnet_tf.pooling import pooled_length, pooling
from graftnet_tf.training import linear_probe
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.precise_bn import recompute_bn_statistics
from tests.benchmarks.evidence.photos import UNKNOWN, Photos

BATCH = 32
_NORM_BATCHES = 20
_HEAD_STRENGTH = 3e-3


@dataclasses.dataclass(frozen=True)
class Shape:
    """What of InceptionV3 is used, and what of it is trained.

    Attributes:
      train_from, last_block: First block that is trained, and last one there is.
      pooling: Name in `graftnet_tf.pooling.POOLINGS`.
      batch_statistics: Whether trained batch norms use the batch's statistics, re-estimated at the
        end; else the stored ones, as branches do.
    """

    train_from: int = 5
    last_block: int = 8
    pooling: str = "bands"
    batch_statistics: bool = False


class Network(tf.Module):
    """Blocks, a pooling, one logit for each attribute."""

    def __init__(self, shape: Shape, attributes: int, preprocessing: Preprocessing, initial: str):
        """Takes initial weights as `weights.initialise` does; the head is zero."""
        super().__init__(name="network")
        self.shape, self._preprocessing = shape, preprocessing
        self.blocks = Blocks(0, shape.last_block)
        weights.initialise(self.blocks, initial)
        self.blocks.freeze_below(shape.train_from)
        self._training_blocks = self.blocks.computed_in(native_precision())
        self.head = tf.keras.layers.Dense(attributes, kernel_initializer="zeros")
        self.head.build(
            (None, pooled_length(shape.pooling, INCEPTION_V3.channels[shape.last_block]))
        )

    @property
    def open_variables(self) -> list[tf.Variable]:
        """What is trained."""
        return [*self.blocks.open_variables, *self.head.trainable_variables]

    def pooled(self, images: tf.Tensor) -> tf.Tensor:
        """float32 [N, D] of uint8 [N, h, w, 3], as in service."""
        return pooling(self.shape.pooling)(self.blocks(self._preprocessing.scale(images)))

    def training_logits(self, augmented: tf.Tensor) -> tf.Tensor:
        """float32 [N, L] of float32 [N, h, w, 3] in 0…255, as in training."""
        inputs = self._preprocessing.scale(augmented)
        outputs = self._training_blocks(inputs, training=self.shape.batch_statistics)
        return self.head(pooling(self.shape.pooling)(outputs))

    def start_head(self, photos: Photos) -> None:
        """Sets the logits of labels that any photo has to linear probes on the features."""
        features = photos.each(self.pooled, description="Probe")
        kernel, bias = (variable.numpy() for variable in self.head.trainable_variables)
        for column in np.flatnonzero((photos.labels != UNKNOWN).any(axis=0)):
            known = photos.labels[:, column] != UNKNOWN
            two, offsets = linear_probe.fit(
                features[known], photos.labels[known, column], 2, strength=_HEAD_STRENGTH
            )
            kernel[:, column], bias[column] = two[:, 1] - two[:, 0], offsets[1] - offsets[0]
        self.head.set_weights([kernel, bias])

    def scores(self, photos: Photos) -> np.ndarray:
        """float32 [N, L] in 0…1."""
        return photos.each(
            lambda images: tf.sigmoid(self.head(self.pooled(images))), description="Scores"
        )

    def train(
        self,
        photos: Photos,
        *,
        steps: int,
        learning_rate: float,
        seed: int,
        order: Sequence[np.ndarray] | None = None,
        further_loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    ) -> None:
        """Masked cross-entropy, each attribute's classes balanced; AdamW, cosine, averaged weights.

        Args:
          photos: Drawn from uniformly.
          steps: Batches of `BATCH` photos.
          learning_rate: Peak.
          seed: Of the order and the augmentation.
          order: int [BATCH] rows of each step; None for `batches`.
          further_loss: Function of (augmented images in 0…255, logits float32 [N, L]) whose scalar
            is added.
        """
        optimization = Optimization(learning_rate=learning_rate, ema=0.98)
        optimizer = optimization.make(steps)
        variables = self.open_variables
        optimizer.build(variables)
        shares = _shares(photos.labels)
        augmentation = Augmentation()

        @tf.function
        def step(images: tf.Tensor, labels: tf.Tensor, mask: tf.Tensor, seed: tf.Tensor) -> Any:
            changed = augmentation(images, tf.random.split(seed, tf.shape(images)[0]))
            with tf.GradientTape() as tape:
                logits = self.training_logits(changed)
                losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
                loss = tf.reduce_sum(mask * losses) / tf.cast(tf.shape(images)[0], tf.float32)
                if further_loss:
                    loss += further_loss(changed, logits)
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return loss

        for number, chosen in enumerate(order or batches(len(photos), steps, seed)):
            labels = photos.labels[chosen]
            step(
                tf.constant(photos.images[chosen]),
                tf.constant(labels == 1, tf.float32),
                tf.constant(_mask(labels, shares)),
                tf.constant([number, seed]),
            )
        optimizer.finalize_variable_values(variables)
        if self.shape.batch_statistics:
            whole = batches(len(photos), _NORM_BATCHES, seed + 1)
            images = (tf.constant(photos.images[chosen]) for chosen in whole)
            recompute_bn_statistics(self.blocks, map(self._preprocessing.scale, images))


def batches(count: int, steps: int, seed: int) -> Sequence[np.ndarray]:
    """int [BATCH] rows of each step: whole passes, each in an order of its own."""
    random = np.random.default_rng([seed, 2])
    passes = -(-steps * BATCH // count)
    order = np.concatenate([random.permutation(count) for _ in range(passes)])
    return np.split(order[: steps * BATCH], steps)


def task_batches(labels: np.ndarray, steps: int, seed: int) -> Sequence[np.ndarray]:
    """As `batches`, each of the photos of one task that is drawn uniformly (paper 3.1).

    Args:
      labels: int8 [N, L].
      steps: Number of batches.
      seed: Of the order.
    """
    random = np.random.default_rng([seed, 4])
    tasks = random.integers(labels.shape[1], size=steps)
    order: list[np.ndarray] = [np.empty(0, np.int64)] * steps
    for task in np.unique(tasks):
        rows = np.flatnonzero(labels[:, task] != UNKNOWN)
        own = np.flatnonzero(tasks == task)
        for step, chosen in zip(own, batches(len(rows), len(own), seed), strict=True):
            order[step] = rows[chosen]
    return order


def _shares(labels: np.ndarray) -> np.ndarray:
    """float32 [2, L], what a known label of either value counts, so that both count alike."""
    return np.stack([class_weights(column[column != UNKNOWN], 2) for column in labels.T], axis=1)


def _mask(labels: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """float32 [N, L]: what each label counts; nothing where it is unknown."""
    columns = np.arange(labels.shape[1])
    return np.where(labels == UNKNOWN, 0, shares[np.maximum(labels, 0), columns]).astype(np.float32)
