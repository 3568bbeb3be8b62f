"""The trunk's parallel FC heads, of which one batch of one task drives exactly one."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from graftnet_tf.workspace.tasks import Task


class Heads(tf.Module):
    """One fully connected head per task, each with an optimizer of its own.

    `tf.switch_case` gives inactive heads zero gradients, not none, and momentum, Adam's
    moments and weight decay would still move them. So every head's update is computed
    outside of control flow and all but the active one's are taken back at once, variables
    and slots alike: they stay bit-identical under every optimizer, on many devices too.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        features: int,
        make_optimizer: Callable[[], tf.keras.optimizers.Optimizer],
    ):
        """Makes the heads.

        Args:
          tasks: Their order gives the task ids.
          features: Length of the pooled vectors.
          make_optimizer: Function called once per head.
        """
        super().__init__(name="heads")
        self.denses = [tf.keras.layers.Dense(len(task.classes)) for task in tasks]
        self.optimizers = [make_optimizer() for _ in tasks]
        for dense, optimizer in zip(self.denses, self.optimizers, strict=True):
            dense.build((None, features))
            optimizer.build(dense.trainable_variables)

    @property
    def head_variables(self) -> list[tf.Variable]:
        """Kernels and biases of all heads, in task order."""
        return [variable for dense in self.denses for variable in dense.trainable_variables]

    def loss(
        self, task_id: tf.Tensor, pooled: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor
    ) -> tf.Tensor:
        """Weighted cross-entropy of the active head; no other head is evaluated.

        Args:
          task_id: int32 [], index into the tasks.
          pooled: float32 [N, features].
          labels: int32 [N], class indices of the active task.
          weights: float32 [N], class weights of the examples.

        Returns:
          float32 [N].

        Raises:
          tf.errors.InvalidArgumentError: `task_id` is out of range, which
            `tf.switch_case` alone would take for its last branch.
        """

        def branch(dense: tf.keras.layers.Dense) -> Callable[[], tf.Tensor]:
            return lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels, dense(pooled))

        count = len(self.denses)
        in_range = tf.debugging.Assert(
            (task_id >= 0) & (task_id < count), ["Task id out of range", task_id, "of", count]
        )
        with tf.control_dependencies([in_range] if in_range is not None else []):
            task_id = tf.identity(task_id)
        return weights * tf.switch_case(task_id, [branch(dense) for dense in self.denses])

    def update(self, task_id: tf.Tensor, gradients: Sequence[tf.Tensor]) -> None:
        """Applies the active head's gradients with its optimizer; leaves the others alone.

        Args:
          task_id: int32 [].
          gradients: Gradients of `head_variables`; those of inactive heads are ignored.
        """
        gradients = list(gradients)
        for index, (dense, optimizer) in enumerate(zip(self.denses, self.optimizers, strict=True)):
            own = dense.trainable_variables
            state = [*own, *optimizer.variables]
            before = [tf.identity(variable) for variable in state]
            optimizer.apply_gradients(zip(gradients[: len(own)], own, strict=True))
            del gradients[: len(own)]
            _take_back(state, before, unless=task_id == index)


def _take_back(variables: list[tf.Variable], values: list[tf.Tensor], *, unless: tf.Tensor) -> None:
    """Restores `variables` to `values` on every device, unless a condition holds."""

    def restore(strategy, values, unless):
        for variable, value in zip(variables, values, strict=True):
            strategy.extended.update(
                variable, lambda v, old, keep: v.assign(tf.where(keep, v, old)), (value, unless)
            )

    tf.distribute.get_replica_context().merge_call(restore, (values, unless))
