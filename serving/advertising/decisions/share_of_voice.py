"""Shares of voice in seconds: who is furthest behind what is due to it plays next.

When a decision has had its turn, its seconds are due to all campaigns that were eligible for it,
in proportion to their weights, and are credited to the one that was shown. What is due less
what was credited is a campaign's balance, in seconds. The one with the largest balance plays next
(deficit round robin, Shreedhar and Varghese 1996, in seconds). Turns of which nothing is heard
count like all others, so that a campaign without proof of play does not play more; a proof
corrects the seconds to those that were shown. Balances are bounded, so that no one catches up
for ever.
"""

import hashlib
from collections.abc import Mapping

Balances = Mapping[str, float]
"""Seconds due to each campaign beyond what it was credited; 0 for those that are missing."""


def shares(weights: Mapping[str, float]) -> dict[str, float]:
    """The part of the seconds that is due to each campaign; they add up to 1."""
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def charge(
    balances: Balances,
    campaign: str,
    seconds: float,
    due: Mapping[str, float],
    *,
    bound: float,
) -> dict[str, float]:
    """The balances after a turn.

    Args:
      balances: Before it.
      campaign: Campaign that was shown.
      seconds: Seconds of the turn; negative to take back what was charged too much.
      due: `shares` of those that were eligible, `campaign` among them.
      bound: Most seconds that a balance may be off zero.
    """
    changed = dict(balances)
    for name, share in due.items():
        earned = seconds * share - (seconds if name == campaign else 0.0)
        changed[name] = min(bound, max(-bound, changed.get(name, 0.0) + earned))
    return changed


def choose(balances: Balances, eligible: Mapping[str, float], salt: str) -> str:
    """The campaign to play next.

    Args:
      balances: What is due.
      eligible: Weight of each campaign that may play; at least one.
      salt: Name, such as a lift's, by which ties fall differently.
    """

    def rank(name: str) -> tuple[float, bytes]:
        tie = hashlib.sha256(f"{salt}/{name}".encode()).digest()
        return round(balances.get(name, 0.0), 6), tie

    return max(eligible, key=rank)
