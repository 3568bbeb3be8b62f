"""A branch: what one task adds to the trunk, detached and publishable on its own."""

import os

import tensorflow as tf

from graftnet_tf.branch.temperature import NEUTRAL, tempered
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.saved_functions import save_functions
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.saved_model import PRECISIONS, saved_model_name
from graftnet_tf.pooling import pooled_length, pooling
from graftnet_tf.registry.validation_part import ValidationPart
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.learnt_images import LearntImages, write_learnt_images
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import four_digits

LONGEST = 2**16  # numbers per image that a classifier takes: bilinear pooling of 256 channels


def check_shape(backbone: Backbone, graft_after: int, last_block: int) -> None:
    """Raises GraftNetError unless 0 ≤ graft_after < last_block ≤ the backbone's last.

    On a SavedModel, which has one block, both are 0: a branch has no blocks of its own.
    """
    if backbone.directory is not None:
        if graft_after or last_block:
            raise GraftNetError(
                f"graft_after {graft_after} and last_block {last_block} given; {backbone.title} "
                "has one block, so leave both out."
            )
        return
    if not 0 <= graft_after < last_block <= backbone.last:
        raise GraftNetError(
            f"graft_after {graft_after} and last_block {last_block} given; "
            f"{backbone.title} has 0 ≤ graft_after < last_block ≤ {backbone.last}."
        )


def vector_length(backbone: Backbone, last_block: int, pooling_name: str, reduction: int) -> int:
    """Length of the vectors that a branch of this shape classifies.

    Raises:
      GraftNetError: the pooling is unknown, the reduction does not reduce, or the vectors
        are longer than `LONGEST`.
    """
    channels = backbone.channels[last_block]
    if not 0 <= reduction < channels:
        raise GraftNetError(
            f"A reduction to {reduction} channels given; expected fewer than the {channels} of "
            f"block {last_block}, or 0 for none."
        )
    length = pooled_length(pooling_name, reduction or channels)
    if length > LONGEST:
        raise GraftNetError(
            f"Pooling {pooling_name} of {reduction or channels} channels gives {length} numbers "
            f"for each image; the limit is {LONGEST}. Reduce the channels first: "
            "--reduction=128, for example."
        )
    return length


class Branch(tf.Module):
    """Blocks graft_after+1 … last_block, a reduction, a pooling and a softmax classifier.

    The reduction, where there is one, is a linear 1×1 convolution to fewer channels, as
    in Lin et al. 2018, "Bilinear CNNs for Fine-grained Visual Recognition".

    Its batch norms use stored statistics in training too: a task's images are few and
    of one kind, and what is trained is then what is served.

    Attributes:
      temperature: What logits are divided by before the softmax; training leaves it 1.
    """

    def __init__(self, blocks: Blocks, task: Task, pooling_name: str, reduction: int = 0):
        """Takes blocks that hold the trunk's weights.

        Raises:
          GraftNetError: blocks, pooling and reduction do not go together.
        """
        super().__init__(name="branch")
        check_shape(blocks.backbone, blocks.first - 1, blocks.last)
        length = vector_length(blocks.backbone, blocks.last, pooling_name, reduction)
        self.blocks = blocks
        self.reduction: tf.keras.layers.Conv2D | None = None
        if reduction:
            self.reduction = tf.keras.layers.Conv2D(reduction, 1, name="reduction")
            self.reduction.build((None, None, None, blocks.channels))
        self.classifier = tf.keras.layers.Dense(len(task.classes), name="classifier")
        self.classifier.build((None, length))
        self.temperature = NEUTRAL
        self._pool = pooling(pooling_name)

    @property
    def graft_after(self) -> int:
        return self.blocks.first - 1

    @property
    def open_variables(self) -> list[tf.Variable]:
        """All that training moves."""
        reduction = self.reduction.trainable_variables if self.reduction else []
        return self.blocks.open_variables + reduction + self.classifier.trainable_variables

    def pooled(self, features: tf.Tensor) -> tf.Tensor:
        """float32 [N, h, w, c], the trunk's tap at `graft_after`, to [N, D]."""
        return self.vectors(self.blocks(features))

    def logits(self, features: tf.Tensor) -> tf.Tensor:
        """float32 [N, h, w, c], as for `pooled`, to [N, classes]."""
        return self.classifier(self.pooled(features))

    def scores(self, features: tf.Tensor) -> tf.Tensor:
        """float32 [N, h, w, c], as for `pooled`, to probabilities [N, classes]."""
        return self.head(self.blocks(features))

    def vectors(self, maps: tf.Tensor) -> tf.Tensor:
        """The blocks' output [N, h, w, c] to what is classified, [N, D]."""
        return self._pool(self.reduction(maps) if self.reduction else maps)

    def head(self, maps: tf.Tensor) -> tf.Tensor:
        """What comes after the blocks: their output [N, h, w, c] to probabilities [N, classes]."""
        return tempered(self.classifier(self.vectors(maps)), self.temperature)


def export(branch: Branch, directory: str, precision: str) -> None:
    """Writes the SavedModel: signature `scores`, from features [N, h, w, c] to scores.

    The blocks are computed in the precision given, what comes after them in float32.
    """
    channels = branch.blocks.backbone.channels[branch.graft_after]
    blocks = FoldedBlocks(branch.blocks, precision)

    @tf.function(
        input_signature=[tf.TensorSpec([None, None, None, channels], name="features")],
        autograph=False,
    )
    def scores(features):
        return {"scores": branch.head(blocks(features))}

    save_functions(directory, {"scores": scores})


def publish(
    parent: str,
    branch: Branch,
    task: Task,
    *,
    validation: ValidationPart,
    content: dict,
    learnt: LearntImages,
    build_info: manifest.BuildInfo,
) -> str:
    """Publishes a branch below `parent`.

    Args:
      parent: Directory of the task's branches.
      branch: The branch.
      task: What it scores.
      validation: What thresholds were chosen on; kept with the branch.
      content: Further fields for its manifest.
      learnt: What it learnt from, and its thresholds were chosen on; what its trunk did aside.
      build_info: How it came to be.

    Returns:
      Its version.
    """

    def write(directory: str, _: str) -> dict:
        for precision in PRECISIONS:
            export(branch, os.path.join(directory, saved_model_name(precision)), precision)
        validation.write(directory)
        write_learnt_images(directory, learnt)
        return {
            "task": task.to_dict(),
            "backbone": branch.blocks.backbone.name,
            "graft_after": branch.graft_after,
            "last_block": branch.blocks.last,
            "temperature": branch.temperature,
            **content,
        }

    return manifest.publish(parent, write, kind="branch", build_info=build_info, name=four_digits)
