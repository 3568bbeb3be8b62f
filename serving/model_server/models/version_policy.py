"""Which of a model's versions are to be served."""

import dataclasses
from collections.abc import Sequence
from typing import Protocol


class VersionPolicy(Protocol):
    """Chooses among the versions below a model's base path."""

    def choose(self, present: Sequence[int]) -> list[int]:
        """Those of `present`, ascending, that are to be served, ascending too."""
        ...

    def missing(self, present: Sequence[int]) -> list[int]:
        """Versions named that are not `present`, ascending."""
        ...


@dataclasses.dataclass(frozen=True)
class Latest:
    """The newest `count` versions."""

    count: int = 1

    def choose(self, present: Sequence[int]) -> list[int]:
        return list(present)[-self.count :]

    def missing(self, present: Sequence[int]) -> list[int]:
        return []


@dataclasses.dataclass(frozen=True)
class Specific:
    """The versions named, those of them that there are."""

    versions: frozenset[int]

    def choose(self, present: Sequence[int]) -> list[int]:
        return [version for version in present if version in self.versions]

    def missing(self, present: Sequence[int]) -> list[int]:
        return sorted(self.versions - set(present))


@dataclasses.dataclass(frozen=True)
class All:
    """Every version."""

    def choose(self, present: Sequence[int]) -> list[int]:
        return list(present)

    def missing(self, present: Sequence[int]) -> list[int]:
        return []
