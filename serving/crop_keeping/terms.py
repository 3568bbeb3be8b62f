"""The terms that crops are kept on."""

import dataclasses
import datetime

from graftnet_tf.errors import GraftNetError

_MOST_DAYS = 3650


@dataclasses.dataclass(frozen=True)
class Terms:
    """Why crops are kept, which, and how long.

    Attributes:
      legal_basis: Legal basis, in words.
      keep_days: Days after which a crop is deleted, 1 to 3650.
      share: Share of snapshots whose crops are kept, above 0 and at most 1.
      seed: Of the sample, 0 or more.
      max_crops: Most crops that there may be.
      max_bytes: Most bytes that they may take.
    """

    legal_basis: str
    keep_days: int
    share: float
    seed: int = 0
    max_crops: int = 10_000
    max_bytes: int = 1 << 30

    def __post_init__(self) -> None:
        if not self.legal_basis.strip():
            raise GraftNetError(
                "The legal basis is empty; name it in words, such as 'consent of the testers of "
                "lift 3, signed in May'."
            )
        if not 0 < self.share <= 1:
            raise GraftNetError(f"share is {self.share}; expected above 0 and at most 1.")
        if not 1 <= self.keep_days <= _MOST_DAYS:
            raise GraftNetError(f"keep_days is {self.keep_days}; expected 1 to {_MOST_DAYS}.")
        for name in ("max_crops", "max_bytes"):
            if getattr(self, name) < 1:
                raise GraftNetError(f"{name} is {getattr(self, name)}; expected at least 1.")

    def expiry(self, kept_on: datetime.date) -> datetime.date:
        """The day at whose beginning a crop that is kept on a day is deleted."""
        return kept_on + datetime.timedelta(days=self.keep_days)
