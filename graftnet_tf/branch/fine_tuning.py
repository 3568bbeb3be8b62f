"""Fine-tuning one branch in memory: a classifier that starts as a probe, then open blocks."""

import numpy as np
import tensorflow as tf

from graftnet_tf.branch import initialization
from graftnet_tf.branch.branch import Branch
from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.data.labelled_images import LabelledRows
from graftnet_tf.data.task_sampling import Schedule
from graftnet_tf.features.graft_features import GraftFeatures
from graftnet_tf.features.prefetch import prefetch
from graftnet_tf.training.batched_inference import apply
from graftnet_tf.training.loop import Loop
from graftnet_tf.trunk.trunk import Trunk

_INFERENCE_BATCH = 64


class FineTuning:
    """A branch in training: what it learns from, and what moves its weights.

    Attributes:
      branch: Being trained, from the trunk's weights and a linear probe.
      optimizer: Optimizer of its open variables.
    """

    def __init__(
        self,
        trunk: Trunk,
        features: GraftFeatures,
        examples: LabelledRows,
        config: BranchConfig,
        optimizer: tf.keras.optimizers.Optimizer,
    ):
        """Makes the branch and sets where it starts.

        Args:
          trunk: Trunk that gives the open blocks their weights.
          features: Features at `config.graft_after`.
          examples: Those to learn from.
          config: Its `last_block` is set.
          optimizer: New; the averages it keeps begin at the classifier's start.

        Raises:
          GraftNetError: the trunk ends before the branch does.
        """
        if config.last_block is None:
            raise ValueError("Expected a config whose last_block is set.")
        tf.keras.utils.set_random_seed(config.seed)
        blocks = trunk.blocks(config.graft_after + 1, config.last_block)
        self.branch = Branch(blocks, examples.task, config.pooling, config.reduction)
        self.optimizer = optimizer
        self._features, self._examples, self._config = features, examples, config
        initialization.initialize_branch(self.branch, features, examples, config.seed)
        optimizer.build(self.branch.open_variables)
        self._train = tf.function(self._update)

    def loop(self, directory: str, steps: int) -> Loop:
        """The run kept in `directory`, of `steps` steps; goes on where its checkpoint ends."""
        return Loop(
            directory,
            steps,
            checkpoint_every=self._config.checkpoint_every,
            model=self.branch,
            optimizer=self.optimizer,
        )

    def run(self, loop: Loop) -> float | None:
        """Trains the branch for the steps left; returns its running loss, None without any."""
        examples, config = self._examples, self._config
        schedule = Schedule([len(examples.rows)], np.ones(1), config.batch, config.seed)
        schedule.skip(loop.step)
        batches = [schedule.next()[1] for _ in range(loop.step, loop.steps)]
        draws = [
            (examples.rows[chosen], number) for number, chosen in enumerate(batches, loop.step)
        ]
        self._features.prepare(draws)
        inputs = zip(
            batches, prefetch(lambda draw: self._features.augmented(*draw), draws), strict=True
        )

        def step(number: int) -> tuple[str, float]:
            chosen, features = next(inputs)
            labels = examples.labels[chosen]
            loss = self._train(
                features,
                tf.constant(labels),
                tf.constant(examples.class_weights[labels]),
                tf.constant([config.seed, number]),
            )
            return examples.task.name, float(loss)

        losses = loop.run(step, description=f"Branch {examples.task.name}")
        if self.optimizer.use_ema and loop.steps:
            self.optimizer.finalize_variable_values(self.branch.open_variables)
        return losses.get(examples.task.name)

    def scores(self, examples: LabelledRows) -> np.ndarray:
        """Class scores of unchanged images, float32 [M, classes]."""
        self._features.prepare([(examples.rows, None)])
        return apply(
            self.branch.scores,
            self._features.plain,
            examples.rows,
            batch=_INFERENCE_BATCH,
            description="Scores",
        )

    def _update(self, inputs, labels, weights, seed):
        """One step on float32 [N, h, w, c], int32 [N], float32 [N]; returns the loss."""
        variables = self.branch.open_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            pooled = self.branch.pooled(inputs)
            pooled = tf.nn.experimental.stateless_dropout(pooled, self._config.dropout, seed)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels, self.branch.classifier(pooled)
            )
            loss = tf.reduce_mean(weights * losses)
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss
