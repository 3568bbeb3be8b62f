"""Which shapes are tried, and what that may cost."""

import dataclasses
import itertools

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.shape_search.shape import Shape
from graftnet_tf.errors import GraftNetError


@dataclasses.dataclass(frozen=True)
class SearchConfig:
    """What `choose_shape` tries.

    Attributes:
      graft_after: Blocks to graft after.
      last_block: Blocks to end at; empty for the branch configuration's own.
      pooling: Names in `pooling.POOLINGS`; empty for the branch configuration's own.
      cost: Most multiply-adds that the search may take, as a multiple of those that
        training the most expensive shape takes, features included in both.
      validation: Fraction of the images a branch learns from that judges the shapes.
    """

    graft_after: tuple[int, ...]
    last_block: tuple[int, ...] = ()
    pooling: tuple[str, ...] = ()
    cost: float = 2.0
    validation: float = 0.3

    def shapes(self, config: BranchConfig, trunk_last: int) -> list[Shape]:
        """Every shape that can be, for a branch of `config` on a trunk up to `trunk_last`.

        Raises:
          GraftNetError: every graft point lies at or behind every last block, or a block or
            a pooling cannot be.
        """
        last_blocks = self.last_block or (config.last_block or trunk_last,)
        poolings = self.pooling or (config.pooling,)
        combinations = itertools.product(self.graft_after, last_blocks, poolings)
        found = [Shape(*one) for one in dict.fromkeys(combinations) if one[0] < one[1]]
        if not found:
            raise GraftNetError(
                f"No shape to choose from: graft_after {_listed(self.graft_after)} given with "
                f"last_block {_listed(last_blocks)}; some graft_after must be before some "
                "last_block."
            )
        for shape in found:
            shape.given_to(config)
        return found


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
