"""How a gateway is set up."""

import dataclasses

from graftnet_tf.errors import GraftNetError


@dataclasses.dataclass(frozen=True)
class Settings:
    """Limits, and what the operator says of the service.

    Attributes:
      snapshot_bytes: Largest snapshot.
      snapshot_pixels: Most pixels of a snapshot.
      snapshot_age: Seconds from capture to arrival beyond which a snapshot is refused.
      snapshot_interval: Least seconds between a lift's snapshots, lastingly.
      snapshot_burst: Snapshots of a lift that may come at once.
      next_in: Seconds until a lift should send its next snapshot.
      in_flight: Snapshots looked at at once; more are told to come again.
      upload_bytes: Largest file of a creative.
      retention_days: Days for which decisions and plays are kept.
      secure_cookies: Whether logins need TLS; never off but on one machine.
      operator: Who runs the service, as the notice says.
      contact: Whom passengers may ask, as the notice says.
      legal_basis: Legal basis, as the notice says.
    """

    snapshot_bytes: int = 4 << 20
    snapshot_pixels: int = 40_000_000
    snapshot_age: float = 10.0
    snapshot_interval: float = 1.0
    snapshot_burst: int = 3
    next_in: float = 5.0
    in_flight: int = 64
    upload_bytes: int = 128 << 20
    retention_days: float = 90.0
    secure_cookies: bool = True
    operator: str = "the operator of this lift"
    contact: str = "the building's management"
    legal_basis: str = "to be named by the operator"

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and not isinstance(value, bool) and not value > 0:
                raise GraftNetError(f"{field.name} is {value}; expected more than 0.")
