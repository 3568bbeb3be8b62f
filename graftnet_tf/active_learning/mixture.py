"""Strategies in shares: `uncertain:.5,hard_negatives:.3,random:.2`."""

import dataclasses
import math

from graftnet_tf.active_learning.strategies import NEED_SCORES, NEED_SEEDS, STRATEGIES, UNIFORM
from graftnet_tf.errors import GraftNetError


@dataclasses.dataclass(frozen=True)
class Mixture:
    """Shares of a batch.

    Examples:
      >>> Mixture.parse("uncertain:.8,random:.2").shares
      {'uncertain': 0.8, 'random': 0.2}
      >>> Mixture.parse("diverse").shares
      {'diverse': 1.0}

    Attributes:
      shares: Share in 0…1 of each strategy; they add up to 1.
    """

    shares: dict[str, float]

    @classmethod
    def parse(cls, text: str) -> "Mixture":
        """The mixture that a text names: NAME, or NAME:SHARE with commas between.

        Raises:
          GraftNetError: a strategy is unknown or named twice, or shares do not add up to 1.
        """
        shares: dict[str, float] = {}
        for part in text.split(","):
            name, _, share = part.strip().partition(":")
            if name not in STRATEGIES:
                raise GraftNetError(
                    f"Strategy {name!r} given; expected one of {', '.join(STRATEGIES)}, or several "
                    "with shares, such as uncertain:.8,random:.2."
                )
            if name in shares:
                raise GraftNetError(f"Strategy {name} given twice in {text!r}; name it once.")
            shares[name] = _number(share, text) if share or "," in text else 1.0
        if not math.isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
            raise GraftNetError(
                f"The shares of {text!r} add up to {sum(shares.values()):g}; expected 1."
            )
        return cls(shares)

    @property
    def needs_scores(self) -> bool:
        """Whether a served head has to score the candidates."""
        return not self.shares.keys().isdisjoint(NEED_SCORES)

    @property
    def needs_seeds(self) -> bool:
        """Whether examples of what is looked for have to be given."""
        return not self.shares.keys().isdisjoint(NEED_SEEDS)

    @property
    def reaches_all(self) -> bool:
        """Whether every candidate can be drawn, so that rates can be estimated without bias."""
        return UNIFORM in self.shares


def _number(share: str, text: str) -> float:
    try:
        number = float(share)
    except ValueError:
        number = math.nan
    if not 0 < number <= 1:
        raise GraftNetError(f"Share {share!r} given in {text!r}; expected a number in 0…1.")
    return number
