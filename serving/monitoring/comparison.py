"""Scores in service beside those of the test set, attribute by attribute."""

import dataclasses
import enum
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from serving.monitoring.stability import by_chance, population_stability_index
from serving.schema.score_histograms import Histograms

MODERATE, LARGE = 0.1, 0.25
FEW = 200


class Verdict(enum.StrEnum):
    """What the index of an attribute says."""

    STEADY = "steady"
    MODERATE = "moderate"
    DRIFTED = "drifted"
    BY_CHANCE = "by chance"


@dataclasses.dataclass(frozen=True)
class AttributeDrift:
    """One attribute.

    Attributes:
      name: Name of the attribute.
      reference, service: int64 [BINS], scores of the test set and in service.
      psi: Population stability index of the two.
      chance: What the index stays below in 95 of 100 cases without drift.
    """

    name: str
    reference: np.ndarray
    service: np.ndarray
    psi: float
    chance: float

    @property
    def verdict(self) -> Verdict:
        """By the usual bands, .1 and .25; an index within chance says nothing."""
        if self.psi < MODERATE:
            return Verdict.STEADY
        if self.psi <= self.chance:
            return Verdict.BY_CHANCE
        return Verdict.DRIFTED if self.psi >= LARGE else Verdict.MODERATE

    @property
    def is_of_few(self) -> bool:
        """Whether either side has so few scores that even a large drift can go unseen."""
        return bool(min(self.reference.sum(), self.service.sum()) < FEW)

    def figures(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "psi": self.psi,
            "chance": self.chance,
            "verdict": str(self.verdict),
            "few": self.is_of_few,
            "reference_count": int(self.reference.sum()),
            "service_count": int(self.service.sum()),
            "reference": self.reference.tolist(),
            "service": self.service.tolist(),
        }


@dataclasses.dataclass(frozen=True)
class Drift:
    """All attributes.

    Attributes:
      attributes: Those with scores on both sides, the largest index first.
      without_service: Attributes of the reference that nobody asked for.
      without_reference: Attributes in service that were not measured.
      seed: Seed of the draws that tell what is chance.
    """

    attributes: tuple[AttributeDrift, ...]
    without_service: tuple[str, ...]
    without_reference: tuple[str, ...]
    seed: int

    @property
    def drifted(self) -> tuple[str, ...]:
        """Names of those that drifted, the furthest first."""
        return tuple(a.name for a in self.attributes if a.verdict is Verdict.DRIFTED)

    def to_dict(self) -> dict[str, Any]:
        """Every figure, ready for JSON."""
        return {
            "drifted": list(self.drifted),
            "attributes": {a.name: a.figures() for a in self.attributes},
            "without_service": list(self.without_service),
            "without_reference": list(self.without_reference),
            "seed": self.seed,
        }


def compare(reference: Histograms, service: Histograms, *, seed: int) -> Drift:
    """Compares two sides.

    Raises:
      GraftNetError: they have no attribute with scores in common.
    """
    expected, actual = (
        {name for name, counts in side.items() if counts.any()} for side in (reference, service)
    )
    common = expected & actual
    if not common:
        raise GraftNetError(
            f"No attribute has scores on both sides: the reference has {_listed(expected)}, the "
            f"service {_listed(actual)}. They are of models without a task in common."
        )
    attributes = [
        AttributeDrift(
            name,
            reference[name],
            service[name],
            float(population_stability_index(reference[name], service[name])),
            by_chance(reference[name], service[name], seed=seed),
        )
        for name in sorted(common)
    ]
    return Drift(
        tuple(sorted(attributes, key=lambda a: a.psi, reverse=True)),
        without_service=tuple(sorted(expected - actual)),
        without_reference=tuple(sorted(actual - expected)),
        seed=seed,
    )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
