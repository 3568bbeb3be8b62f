"""Criteria as the CMS takes them."""

import dataclasses
from collections.abc import Iterable

from graftnet_tf.errors import GraftNetError

_METRIC_CHARACTERS = 100  # of the column that a schedule's criteria are kept in


@dataclasses.dataclass(frozen=True)
class Criterion:
    """One value for players to compare with what events of the schedule ask for.

    The CMS takes tags out of both texts, and answers one that is empty then, or `0`, with a
    fault of its own.

    Attributes:
      metric: Name, up to 100 characters; up to CMS 4.2 with its type in the schedule in front, such
        as `custom_graftnet_holding_baby`.
      value: Value, neither empty nor `0`.

    Raises:
      GraftNetError: the CMS would not take them, or take them for others.
    """

    metric: str
    value: str

    def __post_init__(self) -> None:
        for what, text in (("metric", self.metric), ("value", self.value)):
            if not isinstance(text, str) or text in ("", "0") or "<" in text or "\0" in text:
                raise GraftNetError(
                    f"Xibo's {what} is {text!r}; expected a text without '<', neither empty nor 0."
                )
        if len(self.metric) > _METRIC_CHARACTERS:
            raise GraftNetError(
                f"Xibo's metric {self.metric[:20]}… has {len(self.metric)} characters; expected at "
                f"most {_METRIC_CHARACTERS}."
            )


def form(criteria: Iterable[Criterion], ttl: int) -> dict[str, str]:
    """A form's fields, named as PHP makes an array of.

    The CMS refuses an array that is written as JSON in one field.

    Args:
      criteria: Criteria to send.
      ttl: Seconds that players are to remember them, at least 1; 0 would be for ever.
    """
    fields = {}
    for number, criterion in enumerate(criteria):
        values = {"metric": criterion.metric, "value": criterion.value, "ttl": str(ttl)}
        for name, value in values.items():
            fields[f"criteriaUpdates[{number}][{name}]"] = value
    return fields
