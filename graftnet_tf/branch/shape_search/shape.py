"""A branch's shape: what a search chooses."""

import dataclasses

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.models.flops import BlockCosts


@dataclasses.dataclass(frozen=True)
class Shape:
    """Blocks graft_after+1 … last_block and a pooling."""

    graft_after: int
    last_block: int
    pooling: str

    def __str__(self) -> str:
        """Fit for a file name: `5-8-gap`."""
        return f"{self.graft_after}-{self.last_block}-{self.pooling}"

    def given_to(self, config: BranchConfig) -> BranchConfig:
        """`config` with this shape."""
        return dataclasses.replace(config, **dataclasses.asdict(self))

    def multiply_adds(self, costs: BlockCosts) -> int:
        """What a branch's convolutions take for one image, forward."""
        return costs.forward(self.graft_after + 1, self.last_block)
