"""A backbone that may become a trunk: with weights, at an input size, up to a block."""

import dataclasses
import re

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones import backbone_named

_SIZE = re.compile(r"(\d+)x(\d+)")


@dataclasses.dataclass(frozen=True)
class Candidate:
    """What is compared.

    Attributes:
      backbone: Name of the network, one of `BACKBONES`.
      initial_weights: Its weights, see `weights.initialise`.
      height, width: Height and width of its input, in pixels.
      last_block: The block that is pooled; None for the last.
    """

    backbone: str
    initial_weights: str
    height: int = 192
    width: int = 96
    last_block: int | None = None

    def __post_init__(self):
        network = backbone_named(self.backbone)
        network.check_input(self.height, self.width)
        if self.last_block is not None and self.last_block > network.last:
            raise GraftNetError(
                f"Block {self.last_block} given; {network.title} has 0…{network.last}."
            )

    def __str__(self) -> str:
        end = "" if self.last_block is None else f" to block {self.last_block}"
        return f"{self.backbone} {self.height}x{self.width}{end}"

    @property
    def last(self) -> int:
        """Number of the block that is pooled."""
        return backbone_named(self.backbone).last if self.last_block is None else self.last_block

    @classmethod
    def parse(cls, text: str) -> "Candidate":
        """The candidate that `NAME,WEIGHTS[,HEIGHTxWIDTH[,LAST_BLOCK]]` names.

        Raises:
          GraftNetError: the text is another, or there is no such backbone, input or block.
        """
        name, *rest = text.split(",")
        match rest:
            case [weights]:
                return cls(name, weights)
            case [weights, size] if found := _SIZE.fullmatch(size):
                return cls(name, weights, int(found[1]), int(found[2]))
            case [weights, size, block] if (found := _SIZE.fullmatch(size)) and block.isdecimal():
                return cls(name, weights, int(found[1]), int(found[2]), int(block))
        raise GraftNetError(
            f"{text!r} given; expected a backbone's name, its weights and, perhaps, the input and "
            "the last block: inception_v3,weights.npz,192x96,8."
        )
