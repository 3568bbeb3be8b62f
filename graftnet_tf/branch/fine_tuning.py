"""Fine-tuning one branch in memory: a classifier that starts as a probe, then open blocks."""

import itertools
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from graftnet_tf.branch import initialization
from graftnet_tf.branch.branch import Branch
from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.temperature import tempered
from graftnet_tf.data.balanced_batches import BalancedBatches
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.data.task_sampling import Schedule
from graftnet_tf.features.graft_features import GraftFeatures, prepare_plain
from graftnet_tf.features.prefetch import prefetch
from graftnet_tf.training.batched_inference import apply_readable
from graftnet_tf.training.loop import Loop
from graftnet_tf.trunk.trunk import Trunk

Draw = tuple[int, np.ndarray]  # a step's number and the positions of its examples

_INFERENCE_BATCH = 64
_WINDOW = 1024  # images whose features are prepared at a time


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
          config: Settled: its shape, steps and precision are decided.
          optimizer: New; the averages it keeps begin at the classifier's start.

        Raises:
          GraftNetError: the trunk ends before the branch does.
        """
        graft_after, last_block = config.decided_blocks
        tf.keras.utils.set_random_seed(config.seed)
        blocks = trunk.blocks(graft_after + 1, last_block)
        self.branch = Branch(blocks, examples.task, config.pooling, config.reduction)
        self._trained_blocks = blocks.computed_in(config.precision)
        self.optimizer = optimizer
        self._features, self._examples, self._config = features, examples, config
        initialization.initialize_branch(
            self.branch, features, examples, config.probe_examples, config.seed
        )
        optimizer.build(self.branch.open_variables)
        self._train = tf.function(self._update, autograph=False)

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
        shares = examples.class_weights
        if config.balanced_batches:
            shares = np.ones_like(shares)

        def step(number: int, given: tuple[np.ndarray, tf.Tensor]) -> tuple[str, float]:
            chosen, features = given
            labels = examples.labels[chosen]
            loss = self._train(
                features,
                tf.constant(labels),
                tf.constant(shares[labels]),
                tf.constant([config.seed, number]),
            )
            return examples.task.name, float(loss)

        inputs = prefetch(self._features_of, self._windows(self._draws(loop)))
        losses = loop.run(step, inputs, description=f"Branch {examples.task.name}")
        if self.optimizer.use_ema and loop.steps:
            self.optimizer.finalize_variable_values(self.branch.open_variables)
        return losses.get(examples.task.name)

    def scores(self, examples: LabelledRows) -> tuple[LabelledRows, np.ndarray]:
        """As `logits`, of the probabilities that the branch gives."""
        left, logits = self.logits(examples)
        return left, tempered(tf.constant(logits), self.branch.temperature).numpy()

    def logits(self, examples: LabelledRows) -> tuple[LabelledRows, np.ndarray]:
        """(those whose images are readable, unchanged; their logits float32 [M, classes]).

        Raises:
          GraftNetError: a class is left without an example.
        """
        reader = examples.reader
        rows = prepare_plain(self._features, reader, examples.rows)
        _, logits = apply_readable(
            reader,
            self.branch.logits,
            self._features.plain,
            rows,
            batch=_INFERENCE_BATCH,
            description="Scores",
        )
        return examples.readable(), logits

    def _draws(self, loop: Loop) -> Iterator[Draw]:
        examples, config = self._examples, self._config
        left = range(loop.step, loop.steps)
        if config.balanced_batches:
            classes = len(examples.task.classes)
            batches = BalancedBatches(examples.labels, classes, config.batch, config.seed)
            yield from ((number, batches.at(number)) for number in left)
            return
        schedule = Schedule([len(examples.rows)], np.ones(1), config.batch, config.seed)
        schedule.skip(loop.step)
        yield from ((number, schedule.next()[1]) for number in left)

    def _windows(self, draws: Iterator[Draw]) -> Iterator[tuple[Draw, list[Draw] | None]]:
        """Each draw, with the first of a window all of the window's."""
        length = max(_WINDOW // self._config.batch, 1)
        for _, window in itertools.groupby(draws, lambda draw: draw[0] // length):
            ahead = list(window)
            yield ahead[0], ahead
            yield from ((draw, None) for draw in ahead[1:])

    def _features_of(self, item: tuple[Draw, list[Draw] | None]) -> tuple[np.ndarray, tf.Tensor]:
        """(positions of a draw's examples, their features)."""
        (number, chosen), window = item
        if window:
            self._prepare(window)
        return self._examples.batch(chosen, lambda rows: self._features.augmented(rows, number))

    def _prepare(self, draws: list[Draw]) -> None:
        numbers, chosen = zip(*draws, strict=True)

        def prepare(rows: np.ndarray) -> None:
            parts = np.split(rows, len(numbers))
            self._features.prepare(list(zip(parts, numbers, strict=True)))

        self._examples.batch(np.concatenate(chosen), prepare)

    def _update(self, inputs, labels, weights, seed):
        """One step on float32 [N, h, w, c], int32 [N], float32 [N]; returns the loss."""
        variables = self.branch.open_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            pooled = self.branch.vectors(self._trained_blocks(inputs))
            pooled = tf.nn.experimental.stateless_dropout(pooled, self._config.dropout, seed)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels, self.branch.classifier(pooled)
            )
            loss = tf.reduce_mean(weights * losses)
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss
