"""A branch: what one task adds to the trunk, detached and publishable on its own."""

import os

import tensorflow as tf

from graftnet_tf import manifest
from graftnet_tf.blocks import CHANNELS, LAST, Blocks
from graftnet_tf.errors import GraftNetError
from graftnet_tf.export import save_functions
from graftnet_tf.pooling import pooling
from graftnet_tf.tasks import Task
from graftnet_tf.workspace import Workspace, four_digits

SAVED_MODEL = "saved_model"


def check_shape(graft_after: int, last_block: int) -> None:
    """Raises GraftNetError unless 0 ≤ graft_after < last_block ≤ 10."""
    if not 0 <= graft_after < last_block <= LAST:
        raise GraftNetError(
            f"graft_after {graft_after} and last_block {last_block} given; "
            f"expected 0 ≤ graft_after < last_block ≤ {LAST}."
        )


class Branch(tf.Module):
    """Blocks graft_after+1 … last_block, a pooling and a softmax classifier.

    Its batch norms use stored statistics in training too: a task's pictures are few and
    of one kind, and what is trained is then what is served.
    """

    def __init__(self, blocks: Blocks, task: Task, pooling_name: str):
        """Takes blocks that hold the trunk's weights."""
        super().__init__(name="branch")
        check_shape(blocks.first - 1, blocks.last)
        self.blocks = blocks
        self.classifier = tf.keras.layers.Dense(len(task.classes), name="classifier")
        self._pool = pooling(pooling_name)
        probe = self._pool(tf.zeros([1, 8, 8, CHANNELS[blocks.last]]))
        self.classifier.build((None, probe.shape[-1]))

    @property
    def graft_after(self) -> int:
        return self.blocks.first - 1

    @property
    def open_variables(self) -> list[tf.Variable]:
        """All that training moves."""
        return self.blocks.open_variables + self.classifier.trainable_variables

    def pooled(self, features: tf.Tensor) -> tf.Tensor:
        """float32 [N, h, w, c], the trunk's tap at `graft_after`, to [N, D]."""
        return self._pool(self.blocks(features))

    def logits(self, features: tf.Tensor) -> tf.Tensor:
        """float32 [N, h, w, c], as for `pooled`, to [N, classes]."""
        return self.classifier(self.pooled(features))

    def scores(self, features: tf.Tensor) -> tf.Tensor:
        """float32 [N, h, w, c], as for `pooled`, to probabilities [N, classes]."""
        return tf.nn.softmax(self.logits(features))


def export(branch: Branch, directory: str) -> None:
    """Writes the SavedModel: signature `scores`, from features [N, h, w, c] to scores."""
    channels = CHANNELS[branch.graft_after]

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, channels], name="features")])
    def scores(features):
        return {"scores": branch.scores(features)}

    save_functions(directory, {"scores": scores})


def publish(
    workspace: Workspace, branch: Branch, task: Task, *, content: dict, making: manifest.Making
) -> str:
    """Publishes a branch, with further fields for its manifest; returns its version."""

    def write(directory: str, _: str) -> dict:
        export(branch, os.path.join(directory, SAVED_MODEL))
        return {
            "task": task.to_dict(),
            "graft_after": branch.graft_after,
            "last_block": branch.blocks.last,
            **content,
        }

    parent = workspace.path("branches", task.name)
    return manifest.publish(parent, write, kind="branch", making=making, name=four_digits)
