"""Which CMS is told what passengers show, and how."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Literal

from graftnet_tf.errors import GraftNetError
from serving.http_service.service_url import check_service_url


@dataclasses.dataclass(frozen=True)
class XiboSettings:
    """A Xibo CMS from 4.1 on, and an application in it with the client credentials grant.

    Attributes:
      url: Address of the CMS, without `/api`: `https://host`, or `http://` to this computer.
      client_id: The application's.
      client_secret: The application's; not in this object's `repr`.
      display_groups: Number of the display group of each lift whose screens run Xibo. A single
        display has a group of its own.
      ttl: Whole seconds after which players forget a value that is not sent again.
      min_seconds: Least seconds from one request for a display group to the next, > 0 and at
        most half of `ttl`.
      absent: What a value that has gone becomes: left to its `ttl`, or sent as `none` at once.
        The CMS takes neither `0` nor an empty value.
      timeout: Seconds that a request may take, > 0.
      allow_http: Whether the secret may leave this computer unencrypted.

    Raises:
      GraftNetError: a value is out of its range.
    """

    url: str
    client_id: str
    client_secret: str = dataclasses.field(repr=False)
    display_groups: Mapping[str, int]
    ttl: int = 60
    min_seconds: float = 2.0
    absent: Literal["ttl", "none"] = "ttl"
    timeout: float = 10.0
    allow_http: bool = False

    def __post_init__(self) -> None:
        self._check_url()
        for name in ("client_id", "client_secret"):
            if not getattr(self, name):
                raise GraftNetError(f"Xibo's {name} is empty; expected that of an application.")
        self._check_display_groups()
        if isinstance(self.ttl, bool) or not isinstance(self.ttl, int) or self.ttl < 1:
            raise GraftNetError(f"Xibo's ttl is {self.ttl} s; expected whole seconds, at least 1.")
        if not 0 < self.min_seconds <= self.ttl / 2:
            raise GraftNetError(
                f"Requests to Xibo are {self.min_seconds:g} s apart; expected more than 0 and at "
                f"most {self.ttl / 2:g} s, half of the ttl, so that values do not lapse."
            )
        if self.absent not in ("ttl", "none"):
            raise GraftNetError(f"Xibo's absent is {self.absent!r}; expected 'ttl' or 'none'.")
        if not 0 < self.timeout < float("inf"):
            raise GraftNetError(f"Xibo's timeout is {self.timeout:g} s; expected more than 0.")

    def _check_url(self) -> None:
        said, expected = "Xibo's CMS is at", "https://HOST, or https://HOST/PATH"
        path = check_service_url(
            self.url, said=said, expected=expected, at_risk="its secret", allow_http=self.allow_http
        )
        if path.rstrip("/").endswith("/api"):
            raise GraftNetError(f"{said} {self.url}; expected {expected}. Leave /api out.")

    def _check_display_groups(self) -> None:
        for lift, group in self.display_groups.items():
            if isinstance(group, bool) or not isinstance(group, int) or group < 1:
                raise GraftNetError(
                    f"The display group of lift {lift} is {group!r}; expected its number in the "
                    "CMS, 1 or more."
                )
        for group, lifts in Counter(self.display_groups.values()).items():
            if lifts > 1:
                raise GraftNetError(
                    f"Display group {group} has {lifts} lifts, whose values would replace each "
                    "other's; expected one lift for each group. Make a group for each."
                )
