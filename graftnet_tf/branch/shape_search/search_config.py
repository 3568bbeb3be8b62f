"""Which shapes are tried, and what that may cost."""

import dataclasses
import itertools

from graftnet_tf.branch.branch import LONGEST
from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.shape_search.shape import Shape
from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.pooling import POOLINGS, pooled_length


@dataclasses.dataclass(frozen=True)
class SearchConfig:
    """What `choose_shape` tries.

    Attributes:
      graft_after: Blocks to graft after; empty for the branch configuration's own, None for all
        from the backbone's `graft_from` on.
      last_block: Blocks to end at; empty for the branch configuration's own.
      pooling: Names in `pooling.POOLINGS`; empty for the branch configuration's own; None for all
        whose vectors are not too long.
      cost: Most multiply-adds that the search may take, as a multiple of those that
        training the most expensive shape takes, features included in both.
      validation: Fraction of the images a branch learns from that judges the shapes.
    """

    graft_after: tuple[int, ...] | None
    last_block: tuple[int, ...] = ()
    pooling: tuple[str, ...] | None = ()
    cost: float = 2.0
    validation: float = 0.3

    def shapes(
        self, config: BranchConfig, trunk_last: int, backbone: Backbone = INCEPTION_V3
    ) -> list[Shape]:
        """Every shape that can be, for a branch of `config` on a backbone up to `trunk_last`.

        Raises:
          GraftNetError: every graft point lies at or behind every last block, or a block or
            a pooling cannot be.
        """
        last_blocks = self.last_block or (config.last_block or trunk_last,)
        if self.graft_after is None:
            graft_points = tuple(range(backbone.graft_from, max(last_blocks)))
        else:
            graft_points = self.graft_after or config.on(backbone, trunk_last).decided_blocks[:1]
        poolings = self.pooling or (config.pooling,)
        if self.pooling is None:
            ends = [backbone.channels[block] for block in last_blocks if block <= backbone.last]
            channels = config.reduction or max(ends, default=1)
            poolings = tuple(name for name in POOLINGS if pooled_length(name, channels) <= LONGEST)
        combinations = itertools.product(graft_points, last_blocks, poolings)
        found = [Shape(*one) for one in dict.fromkeys(combinations) if one[0] < one[1]]
        if not found:
            raise GraftNetError(
                f"No shape to choose from: graft_after {_listed(self.graft_after)} given with "
                f"last_block {_listed(last_blocks)}; some graft_after must be before some "
                "last_block."
            )
        for shape in found:
            shape.given_to(config).on(backbone, trunk_last)
        return found


def _listed(numbers: tuple[int, ...] | None) -> str:
    return "auto" if numbers is None else ", ".join(map(str, numbers))
