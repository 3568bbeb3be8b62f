"""What a contender is trained on, alike for all."""

import dataclasses

import numpy as np

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.models.backbones import INCEPTION_V3, backbone_named
from graftnet_tf.models.flops import BlockCosts
from tests.benchmarks.evidence.division import Division


@dataclasses.dataclass(frozen=True)
class Setting:
    """One division, one seed.

    Attributes:
      division: Photos.
      preprocessing: Input size and range.
      initial_weights: Public weights that all start from.
      backbone: Network that they are of.
      seed: Of everything that is drawn in training.
      scratch: Local directory of this contender, regime and seed alone.
      outside_model, peer_python: Model that is not ours, and the interpreter that runs it where it
        is no SavedModel; see `outside_models`.
    """

    division: Division
    preprocessing: Preprocessing
    initial_weights: str
    seed: int
    scratch: str
    outside_model: str = ""
    peer_python: str = ""
    backbone: str = INCEPTION_V3.name

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes."""
        return self.division.train.names

    def multiply_adds(self, first: int, last: int) -> int:
        """Of blocks first…last for one person."""
        size = self.preprocessing.height, self.preprocessing.width
        costs = BlockCosts.of(*size, backbone_named(self.backbone))
        return int(np.sum(costs.multiply_adds[first : last + 1]))
