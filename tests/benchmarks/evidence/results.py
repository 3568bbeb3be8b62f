"""The folder of results: each contender's scores and costs, seed by seed."""

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.io import atomic_files
from graftnet_tf.io.npz_archives import read_npz, write_npz
from tests.benchmarks.evidence.search import Scores


@dataclasses.dataclass(frozen=True)
class Results:
    """What was trained so far.

    Attributes:
      directory: Local folder.
      seeds: Seeds of the trainings; recipes are searched with the first.
    """

    directory: str
    seeds: Sequence[int]

    def has(self, name: str, seed: int) -> bool:
        """Whether a contender was trained with a seed."""
        return os.path.exists(self._path(name, seed, "json"))

    def seeds_of(self, name: str) -> list[int]:
        """The seeds that a contender was trained with."""
        return [seed for seed in self.seeds if self.has(name, seed)]

    def keep(
        self,
        name: str,
        seed: int,
        scores: Scores,
        recipe: dict[str, Any],
        length: int,
        trials: list[dict[str, Any]],
        cpu_seconds_in_all: float,
    ) -> None:
        """Keeps a contender's scores, what they cost, and how it was chosen."""
        arrays = {"validation": scores.validation, "test": scores.test}
        write_npz(self._path(name, seed, "npz"), arrays)
        costs = {
            field.name: getattr(scores, field.name)
            for field in dataclasses.fields(scores)
            if field.name not in arrays
        }
        told = {"recipe": recipe, "length": length, "trials": trials, **costs}
        told["cpu_seconds_in_all"] = cpu_seconds_in_all
        atomic_files.write_json(self._path(name, seed, "json"), told)

    def chosen(self, name: str) -> tuple[dict[str, Any], int]:
        """(recipe, length) that the first seed's search chose."""
        told = self.told(name, self.seeds[0])
        return told["recipe"], told["length"]

    def told(self, name: str, seed: int) -> dict[str, Any]:
        """What is kept of a contender beside its scores."""
        return atomic_files.read_json(self._path(name, seed, "json"))

    def scores(self, name: str, seed: int) -> dict[str, np.ndarray]:
        """float32 [N, L] of the "validation" and "test" photos."""
        return read_npz(self._path(name, seed, "npz"))

    def _path(self, name: str, seed: int, kind: str) -> str:
        return os.path.join(self.directory, f"{name}-{seed}.{kind}")
