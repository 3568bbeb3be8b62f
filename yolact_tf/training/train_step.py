"""One step of training, in the graph."""

import numpy as np
import tensorflow as tf

from graftnet_tf.training.distributed.replicas import Replicas
from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.data.preprocessing import normalise
from yolact_tf.losses import MaskSupervision, multibox_losses
from yolact_tf.models.yolact import Yolact
from yolact_tf.training.optimizers import Optimization


class TrainStep:
    """Moves a network's weights by one batch, unless the batch makes no sense.

    Make it, and call it, within the scope of the `tf.distribute` strategy that the network was
    built in. Each replica takes its part of the batch; a step does what it does on one device, up
    to the order of sums, as long as batch normalisation is kept (`Yolact.freeze`).

    Attributes:
      optimizer: Optimizer with its slots and averages, for checkpoints.
    """

    def __init__(
        self,
        model: Yolact,
        optimization: Optimization,
        steps: int,
        seed: int,
        supervision: MaskSupervision = MaskSupervision(),
    ) -> None:
        self._model, self._optimization, self._seed = model, optimization, seed
        self._supervision = supervision
        self._strategy, self._replicas = tf.distribute.get_strategy(), Replicas()
        self.optimizer = optimization.make(steps)
        self.optimizer.build(model.trainable_variables)
        self._on_all = tf.function(self._run_replicas, autograph=False)

    def __call__(
        self, images: np.ndarray, truth: GroundTruth, step: int
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """Takes one step.

        Args:
          images: float32 [N, S, S, 3], RGB of 0 … 255; N a multiple of the number of replicas.
          truth: What is in them, in numpy arrays.
          step: Its number.

        Returns:
          The losses of the whole batch by name, and whether they and all gradients were finite; if
          not, the weights have not been moved.
        """
        parts = [self._replicas.split(array) for array in (images, *truth)]
        return self._on_all(tf.constant(step, tf.int32), *parts)

    def _run_replicas(self, step, images, *truth):
        arguments = (images, GroundTruth(*truth), step)
        losses, gradients, norms = self._strategy.run(self._losses_and_gradients, arguments)
        add = tf.distribute.ReduceOp.SUM
        losses = {name: self._strategy.reduce(add, loss, None) for name, loss in losses.items()}
        (norm, *_) = self._strategy.experimental_local_results(norms)
        finite = tf.math.is_finite(tf.add_n(list(losses.values()))) & tf.math.is_finite(norm)
        tf.cond(finite, lambda: self._strategy.run(self._apply, (gradients,)), lambda: None)
        return losses, finite

    def _losses_and_gradients(self, images, truth, step):
        """This replica's share of the losses; what the optimizer is given, and the norm before
        clipping, which all replicas have alike."""
        model = self._model
        with tf.GradientTape() as tape:
            outputs = model(normalise(images, model.config), training=True)
            losses = multibox_losses(
                outputs,
                truth,
                model.priors,
                model.config,
                tf.stack([self._seed, step]),
                images,
                self._supervision,
            )
            total = tf.add_n(list(losses.values()))
        weights = model.trainable_variables
        gradients = tape.gradient(
            total, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        replica = tf.distribute.get_replica_context()
        gradients = replica.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
        return losses, *self._optimization.gradients(gradients, weights)

    def _apply(self, gradients):
        pairs = zip(gradients, self._model.trainable_variables, strict=True)
        self.optimizer.apply_gradients(pairs, skip_gradients_aggregation=True)
