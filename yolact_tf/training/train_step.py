"""One step of training, in the graph."""

import tensorflow as tf

from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.data.preprocessing import normalise
from yolact_tf.losses import multibox_losses
from yolact_tf.models.yolact import Yolact
from yolact_tf.training.optimizers import Optimization


class TrainStep:
    """Moves a network's weights by one batch, unless the batch makes no sense.

    Attributes:
      optimizer: Optimizer with its slots and averages, for checkpoints.
    """

    def __init__(self, model: Yolact, optimization: Optimization, steps: int, seed: int) -> None:
        self._model, self._optimization, self._seed = model, optimization, seed
        self.optimizer = optimization.make(steps)
        self.optimizer.build(model.trainable_variables)

    @tf.function
    def __call__(
        self, images: tf.Tensor, truth: GroundTruth, step: tf.Tensor
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """Takes one step.

        Args:
          images: float32 [N, S, S, 3], RGB of 0 … 255.
          truth: What is in them.
          step: int32 [], its number.

        Returns:
          The losses by name, and whether they and all gradients were finite; if not, the
          weights have not been moved.
        """
        model = self._model
        with tf.GradientTape() as tape:
            outputs = model(normalise(images, model.config), training=True)
            losses = multibox_losses(
                outputs, truth, model.priors, model.config, tf.stack([self._seed, step])
            )
            total = tf.add_n(list(losses.values()))
        weights = model.trainable_variables
        gradients = tape.gradient(
            total, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        gradients, norm = self._optimization.gradients(gradients, weights)
        finite = tf.math.is_finite(total) & tf.math.is_finite(norm)
        if finite:
            self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return losses, finite
