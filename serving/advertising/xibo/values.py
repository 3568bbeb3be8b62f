"""What a lift's passengers are to the CMS: values by metric."""

from collections.abc import Collection, Sequence

from serving.advertising.rules.conditions import Person

_PREFIX = "graftnet_"
AUDIENCE = f"{_PREFIX}audience"


def values_of(
    people: Sequence[Person], attributes: Collection[str], min_audience: int
) -> dict[str, str | None]:
    """A value for each attribute that was asked for, and for the audience.

    Args:
      people: Everybody in a snapshot.
      attributes: Those that people have decisions of; rules in force ask for them, and the policy
        allows it.
      min_audience: Fewest people that are counted.

    Returns:
      `graftnet_NAME`: `1` where somebody shows the attribute, None where nobody does.
      `graftnet_audience`: how many there are; None below `min_audience`.
    """
    values: dict[str, str | None] = {
        f"{_PREFIX}{name}": "1" if any(person.decisions[name] for person in people) else None
        for name in attributes
    }
    values[AUDIENCE] = str(len(people)) if len(people) >= min_audience else None
    return values
