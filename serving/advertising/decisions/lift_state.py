"""What is kept of a lift from snapshot to snapshot."""

from pydantic import BaseModel, ConfigDict

from serving.advertising.decisions.smoothing import Outcome


class Decision(BaseModel):
    """What a lift is to show once, when what plays there has ended.

    Attributes:
      id: UUID.
      campaign: Whose turn it is.
      creative: Name of the creative.
      sha256: Hash of its bytes.
      seconds: How long it is shown.
      made_at, expires_at: Seconds since the epoch; it is not begun once it has expired.
      due: Share of its seconds that is due to each campaign that was eligible.
      longest: Seconds of the longest creative that these have.
      budgeted: What it took of its campaign's budget.
      audience: How many people there were; None below `min_audience`.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    campaign: str
    creative: str
    sha256: str
    seconds: float
    made_at: float
    expires_at: float
    due: dict[str, float]
    longest: float = 0.0
    budgeted: float = 0.0
    audience: int | None = None


class LiftState(BaseModel):
    """What is kept of a lift.

    Attributes:
      version: How often it was kept.
      outcomes: Rule outcomes of the last snapshots.
      waiting: Decision that no screen has begun yet.
      busy_until: When what plays now will have ended, in seconds since the epoch.
      balances: Seconds due to each campaign.
      turns: How often each campaign had its turn, by which its creatives alternate.
    """

    model_config = ConfigDict(frozen=True)

    version: int = 0
    outcomes: tuple[Outcome, ...] = ()
    waiting: Decision | None = None
    busy_until: float = 0.0
    balances: dict[str, float] = {}
    turns: dict[str, int] = {}
