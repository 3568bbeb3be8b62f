"""What a branch is to be: its shape, and how it is trained."""

import dataclasses
import math
from collections.abc import Collection, Mapping

from graftnet_tf.branch.branch import check_shape, vector_length
from graftnet_tf.data import validation_split
from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.models.precision import AUTO, check_precision
from graftnet_tf.pooling import pooling
from graftnet_tf.training import linear_probe
from graftnet_tf.training.loop import Optimization

PASSES, MOST_STEPS = 8, 300
FEW_OF_A_CLASS = 4


@dataclasses.dataclass(frozen=True)
class BranchConfig:
    """What `train_branch` does.

    Examples:
      >>> from graftnet_tf import BranchConfig
      >>> BranchConfig(graft_after=4, last_block=7, pooling="bilinear", reduction=64).batch
      32

    Attributes:
      graft_after: Last trunk block that stays frozen and shared; None for the backbone's usual
        one, 7 of InceptionV3.
      last_block: Last block of the branch; None for the trunk's.
      pooling: Name in `pooling.POOLINGS`.
      reduction: Channels of a learnt 1×1 convolution before the pooling; 0 for none.
      steps: Training steps; 0 publishes the linear probe on the trunk's own blocks. None for
        `PASSES` times through the examples, and `MOST_STEPS` at most: more would teach a branch the
        few examples of a small task by heart.
      batch: Images per step.
      balanced_batches: Whether batches have as many examples of each class; else they are drawn
        evenly from all, and the loss weighs classes alike. None for balanced ones where others
        would have fewer than `FEW_OF_A_CLASS` examples of some class on average.
      optimization: Optimizer, rate and averaging of the open blocks and the classifier.
      dropout: Rate on the pooled features.
      augmentation: Augmentation of the training images.
      views: Augmented views whose features are cached; 0 computes features anew for
        every batch instead.
      precision: Precision of the convolutions in training, of the frozen blocks on augmented
        images and of the open ones: "float32", "bfloat16", or "auto" for `native_precision`. All
        else, and what thresholds are chosen by and is published, is computed in float32.
      validation: Fraction of the train split kept for choosing thresholds.
      validation_sample: Examples of which, where a task has more than twice as many, it is a
        fraction instead.
      probe_examples: Examples that the linear probe is made of, at most.
      mining: Version of the task's mining to train on, or "newest"; None for all examples.
        The validation part is not mined: thresholds and its AUC are those of all negatives.
      calibration: Whether a temperature is fitted on the validation part, and used where it helps
        there; see `fit_temperature`.
      operating_points: What the thresholds of some attributes are to keep to, by attribute; all
        others maximise Youden's J.
      checkpoint_every: Steps between checkpoints.
      seed: Random seed.
    """

    graft_after: int | None = None
    last_block: int | None = None
    pooling: str = "gap"
    reduction: int = 0
    steps: int | None = None
    batch: int = 32
    balanced_batches: bool | None = None
    optimization: Optimization = Optimization(learning_rate=1e-4, ema=0.98)
    dropout: float = 0.2
    augmentation: Augmentation = Augmentation()
    views: int = 2
    precision: str = AUTO
    validation: float = 0.15
    validation_sample: int = validation_split.SAMPLE
    probe_examples: int = linear_probe.EXAMPLES
    mining: str | None = None
    calibration: bool = True
    operating_points: Mapping[str, OperatingPoint] = dataclasses.field(
        default_factory=dict, hash=False
    )
    checkpoint_every: int = 100
    seed: int = 0

    def __post_init__(self):
        pooling(self.pooling)
        check_precision(self.precision)

    def on(self, backbone: Backbone, trunk_last: int) -> "BranchConfig":
        """With its shape decided, for a trunk of some backbone that ends at block `trunk_last`.

        Raises:
          GraftNetError: the backbone has no such blocks, or what is pooled of them is too long.
        """
        graft_after = backbone.graft_after if self.graft_after is None else self.graft_after
        last_block = trunk_last if self.last_block is None else self.last_block
        check_shape(backbone, graft_after, last_block)
        vector_length(backbone, last_block, self.pooling, self.reduction)
        return dataclasses.replace(self, graft_after=graft_after, last_block=last_block)

    def for_examples(self, counts: Collection[int]) -> "BranchConfig":
        """With its steps and its batches decided, for so many examples of each class."""
        steps, balanced = self.steps, self.balanced_batches
        if steps is None:
            steps = min(MOST_STEPS, math.ceil(PASSES * sum(counts) / self.batch))
        if balanced is None:
            balanced = self.batch * min(counts) < FEW_OF_A_CLASS * sum(counts)
        return dataclasses.replace(self, steps=steps, balanced_batches=balanced)

    @property
    def decided_blocks(self) -> tuple[int, int]:
        """(`graft_after`, `last_block`) of a config that `on` gave."""
        if self.graft_after is None or self.last_block is None:
            raise ValueError("Expected a config whose shape is decided.")
        return self.graft_after, self.last_block

    @property
    def decided_steps(self) -> int:
        """Training steps of a config that `for_examples` gave."""
        if self.steps is None:
            raise ValueError("Expected a config whose steps are decided.")
        return self.steps
