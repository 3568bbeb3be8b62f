"""Rule outcomes of the last snapshots: what most of them say counts."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict


class Outcome(BaseModel):
    """What is kept of one snapshot: no person, no score, no attribute.

    Attributes:
      at: When it came, in seconds since the epoch.
      present: Whether anybody was there.
      met: Campaigns whose rules were met.
      audience: How many people there were; None below `min_audience`.
    """

    model_config = ConfigDict(frozen=True)

    at: float
    present: bool
    met: frozenset[str] = frozenset()
    audience: int | None = None


def recent(
    outcomes: Sequence[Outcome], *, window: int, age: float, now: float
) -> tuple[Outcome, ...]:
    """The outcomes that still count: at most `window`, none older than `age` seconds."""
    return tuple(outcome for outcome in outcomes[-window:] if now - outcome.at <= age)


def firing(outcomes: Sequence[Outcome]) -> frozenset[str]:
    """Campaigns whose rules were met in more than half of the outcomes.

    Nobody there in at least half of them means none.
    """
    majority = len(outcomes) / 2
    if sum(outcome.present for outcome in outcomes) <= majority:
        return frozenset()
    names = {name for outcome in outcomes for name in outcome.met}
    return frozenset(
        name for name in names if sum(name in outcome.met for outcome in outcomes) > majority
    )
