"""The dynamic graph of pretraining: shared blocks, and one head active at a time."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.saved_model import FULL_PRECISION
from graftnet_tf.pooling import gap
from graftnet_tf.training.distributed.replicas import Replicas
from graftnet_tf.trunk.task_heads import Heads
from graftnet_tf.workspace.tasks import Task


class DynamicTrunk(tf.Module):
    """Blocks, global average pooling and parallel heads, trained a task at a time.

    Make it, and call `train`, within the scope of the `tf.distribute` strategy in use. Each replica
    takes its part of every batch; with blocks whose batch norms are synchronised, a step does what
    it does on one device, up to the order of sums.
    """

    def __init__(
        self,
        blocks: Blocks,
        tasks: Sequence[Task],
        preprocessing: Preprocessing,
        augmentation: Augmentation,
        optimizer: tf.keras.optimizers.Optimizer,
        make_head_optimizer: Callable[[], tf.keras.optimizers.Optimizer],
        precision: str = FULL_PRECISION,
        *,
        batch_statistics: bool = True,
    ):
        """Takes blocks that start at 0, already initialised and frozen as they should be.

        In training their convolutions are computed in `precision`, "float32" or "bfloat16"; the
        batch norms of open blocks use the batch's statistics, or the stored ones.
        """
        super().__init__(name="dynamic_trunk")
        self.blocks, self.optimizer = blocks, optimizer
        self._trained_blocks = blocks.computed_in(precision)
        self.heads = Heads(tasks, blocks.channels, make_head_optimizer)
        self._preprocessing, self._augmentation = preprocessing, augmentation
        self._batch_statistics = batch_statistics
        self._strategy, self._replicas = tf.distribute.get_strategy(), Replicas()
        optimizer.build(blocks.open_variables)
        self._distributed_step = tf.function(self._run_replicas, autograph=False)

    def train(
        self,
        task_id: int,
        images: np.ndarray,
        labels: np.ndarray,
        weights: np.ndarray,
        seed: tuple[int, int],
    ) -> float:
        """One step on one batch of one task.

        Args:
          task_id: Index into the tasks.
          images: uint8 [N, h, w, 3], already letterboxed: this process's share of the batch, of
            which each of its replicas takes as many.
          labels: int32 [N], class indices of that task.
          weights: float32 [N], class weights of the examples.
          seed: Seed of the augmentation; an image's own follows from its place in the batch.

        Returns:
          The weighted loss, the mean over the batch.

        Raises:
          tf.errors.InvalidArgumentError: `task_id` is out of range.
        """
        parts = [self._replicas.split(array) for array in (images, labels, weights)]
        return float(self._distributed_step(tf.constant(task_id), *parts, tf.constant(seed)))

    def _run_replicas(self, task_id, images, labels, weights, seed):
        losses = self._strategy.run(self._step, (task_id, images, labels, weights, seed))
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

    def _step(self, task_id, images, labels, weights, seed):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        size = tf.shape(images)[0]
        count = size * self._replicas.count
        seeds = tf.random.split(seed, count)[replica * size : (replica + 1) * size]
        inputs = self._preprocessing.scale(self._augmentation(images, seeds))
        shared, own = self.blocks.open_variables, self.heads.head_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([*shared, *own])
            pooled = gap(self._trained_blocks(inputs, training=self._batch_statistics))
            losses = self.heads.loss(task_id, pooled, labels, weights)
            loss = tf.reduce_sum(losses) / tf.cast(count, tf.float32)
        gradients = tape.gradient(loss, [*shared, *own])
        self.optimizer.apply_gradients(zip(gradients[: len(shared)], shared, strict=True))
        self.heads.update(task_id, gradients[len(shared) :])
        return loss
