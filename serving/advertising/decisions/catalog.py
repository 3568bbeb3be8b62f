"""What decisions draw on: the schema in force, creatives and overrides."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from serving.advertising.decisions.facts import Creative, Lift, Override
from serving.advertising.rules.reading import Rules


@dataclasses.dataclass(frozen=True)
class Catalog:
    """One moment of all that is the same for every lift.

    Attributes:
      rules: The schema in force.
      revision: Its revision; 0 before there is one.
      text: Its text.
      creatives: By name.
      overrides: Those under way, the newest first.
      changes: How often each kind of what is in the store had changed before this was read.
    """

    rules: Rules
    revision: int
    text: str
    creatives: Mapping[str, Creative]
    overrides: Sequence[Override] = ()
    changes: Mapping[str, int] = dataclasses.field(default_factory=dict)

    @property
    def version(self) -> int:
        """A number that grows with each change."""
        return sum(self.changes.values())

    def override(self, lift: Lift) -> Override | None:
        """The newest override of a lift."""
        return next((one for one in self.overrides if one.concerns(lift)), None)

    def shown(self, names: Collection[str]) -> list[Creative]:
        """The creatives of some names that are there and approved."""
        found = (self.creatives.get(name) for name in names)
        return [creative for creative in found if creative and creative.approved]
