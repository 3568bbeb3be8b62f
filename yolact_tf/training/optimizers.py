"""How weights are moved: the published SGD, and AdamW for short trainings."""

from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from yolact_tf.errors import YolactError

OPTIMIZERS = ("sgd", "adamw")
_MOMENTUM = 0.9


@dataclass(frozen=True)
class Optimization:
    """Settings of the optimizer and its schedule; the defaults are the published ones.

    Attributes:
      optimizer: "sgd" (momentum 0.9, weight decay as an L2 term of the gradient) or "adamw"
        (decoupled weight decay).
      learning_rate: Learning rate after warm-up.
      warmup_steps: Steps over which the rate rises linearly from a tenth.
      milestones: Shares of the run after each of which the rate falls to a tenth; none
        for a cosine down to zero.
      weight_decay: Factor on the weights.
      clip: Largest global norm of the gradients; 0 does not clip.
      ema: Momentum of the moving average of the weights that is kept and used; 0 for none.
    """

    optimizer: str = "sgd"
    learning_rate: float = 1e-3
    warmup_steps: int = 500
    milestones: Sequence[float] = (0.35, 0.75, 0.875, 0.9375)
    weight_decay: float = 5e-4
    clip: float = 0.0
    ema: float = 0.0

    def make(self, steps: int) -> tf.keras.optimizers.Optimizer:
        """An optimizer for a run of `steps` steps.

        Raises:
          YolactError: an unknown optimizer.
        """
        common = {
            "learning_rate": _Schedule(self, steps),
            "use_ema": self.ema > 0,
            "ema_momentum": self.ema or 0.99,
        }
        match self.optimizer:
            case "sgd":
                return tf.keras.optimizers.SGD(momentum=_MOMENTUM, **common)
            case "adamw":
                return tf.keras.optimizers.AdamW(weight_decay=self.weight_decay, **common)
        raise YolactError(
            f"No optimizer is called {self.optimizer!r}; there are: {', '.join(OPTIMIZERS)}."
        )

    def gradients(
        self, gradients: Sequence[tf.Tensor], weights: Sequence[tf.Variable]
    ) -> tuple[list[tf.Tensor], tf.Tensor]:
        """What the optimizer is given, and the global norm before clipping (float32 [])."""
        norm = tf.linalg.global_norm(gradients)
        if self.clip:
            gradients, _ = tf.clip_by_global_norm(gradients, self.clip, norm)
        if self.optimizer == "sgd":
            gradients = [
                gradient + self.weight_decay * weight
                for gradient, weight in zip(gradients, weights, strict=True)
            ]
        return list(gradients), norm


class _Schedule(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, settings: Optimization, steps: int) -> None:
        self._settings, self._steps = settings, steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        settings = self._settings
        now = tf.cast(step, tf.float32)
        warm = (
            tf.minimum(0.1 + 0.9 * now / settings.warmup_steps, 1.0)
            if settings.warmup_steps
            else 1.0
        )
        done = now / self._steps
        if settings.milestones:
            passed = tf.reduce_sum(tf.cast(done >= tf.constant(settings.milestones), tf.float32))
            fall = 0.1**passed
        else:
            fall = (1 + tf.cos(tf.minimum(done, 1.0) * 3.14159265)) / 2
        return settings.learning_rate * warm * fall

    def get_config(self) -> dict:
        return {"settings": self._settings, "steps": self._steps}
