"""What the courses of all arms come to, over tasks and seeds."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.benchmarks.label_efficiency.screening import ALL

RARE = 0.15
"""Share of positives below which a label counts as rare."""

MARGIN = 0.01
_DRAWS = 2000
_FACTS = ("share", "rounds", "archive", ALL)


@dataclasses.dataclass(frozen=True)
class Courses:
    """AUCs of A arms in C courses of R rounds, each of one task and seed.

    Attributes:
      arms: Names of the arms.
      tasks: Task of each course.
      shares: float64 [C], share of positives.
      rounds: R numbers of labels.
      aucs: float64 [A, C, R].
      positives: float64 [A, C, R], positives among the labels.
      archives: float64 [C], number of all labels.
      of_all: float64 [C], AUC with all of them.
    """

    arms: tuple[str, ...]
    tasks: tuple[str, ...]
    shares: np.ndarray
    rounds: tuple[int, ...]
    aucs: np.ndarray
    positives: np.ndarray
    archives: np.ndarray
    of_all: np.ndarray

    def chosen(self, rows: np.ndarray) -> "Courses":
        """Those of bool or int rows."""
        return Courses(
            self.arms,
            tuple(np.array(self.tasks)[rows]),
            self.shares[rows],
            self.rounds,
            self.aucs[:, rows],
            self.positives[:, rows],
            self.archives[rows],
            self.of_all[rows],
        )

    def arm(self, name: str) -> np.ndarray:
        """float64 [C, R], AUCs of one."""
        return self.aucs[self.arms.index(name)]


def courses(results: Sequence[Mapping[str, Any]], prefixes: Sequence[str]) -> Courses:
    """The results of several workspaces, as `screening.screen` leaves them, of their common rounds.

    Args:
      results: Results by "task seed", one for each workspace.
      prefixes: Name of each workspace.
    """
    flat = [
        (f"{prefix}/{name.rpartition(' ')[0]}", one)
        for prefix, found in zip(prefixes, results, strict=True)
        for name, one in found.items()
    ]
    arms = [name for name in flat[0][1] if name not in _FACTS]
    arms = [name for name in arms if all(name in one for _, one in flat)]
    count = min(len(one["rounds"]) for _, one in flat)

    def stacked(kind: str) -> np.ndarray:
        return np.array([[one[arm][kind][:count] for _, one in flat] for arm in arms], float)

    return Courses(
        tuple(arms),
        tuple(task for task, _ in flat),
        np.array([one["share"] for _, one in flat]),
        tuple(flat[0][1]["rounds"][:count]),
        stacked("auc"),
        stacked("positives"),
        np.array([one["archive"] for _, one in flat], float),
        np.array([one[ALL] for _, one in flat]),
    )


def labels_needed(rounds: Sequence[int], aucs: Sequence[float], target: float) -> float:
    """Labels from which a curve is at a target, between two rounds by the logarithm of labels.

    Returns:
      The first round's number where that is enough, infinity where the last is not.
    """
    reached = np.asarray(aucs) >= target
    if not reached.any():
        return float("inf")
    after = int(np.argmax(reached))
    if after == 0:
        return float(rounds[0])
    below, above = aucs[after - 1], aucs[after]
    part = (target - below) / (above - below)
    return float(rounds[after - 1] * (rounds[after] / rounds[after - 1]) ** part)


def saving(some: Courses, arm: str, margin: float = MARGIN) -> float:
    """Labels that an arm needs for the AUC of all labels less a margin, by those that random needs.

    By mean curves, which all end with all labels.
    """
    target = some.of_all.mean() - margin
    rounds = [*some.rounds, some.archives.mean()]

    def needed(name: str) -> float:
        return labels_needed(rounds, [*some.arm(name).mean(axis=0), some.of_all.mean()], target)

    return needed(arm) / needed("random")


@dataclasses.dataclass(frozen=True)
class Figure:
    """A figure and its 95 % interval, by bootstrap of tasks with all of their seeds."""

    value: float
    low: float
    high: float


def bootstrapped(some: Courses, function: Any, seed: int = 0) -> Figure:
    """A function of courses, and its interval."""
    random = np.random.default_rng(seed)
    names = np.array(some.tasks)
    rows_of = [np.flatnonzero(names == task) for task in np.unique(names)]
    drawn = [
        function(some.chosen(np.concatenate([rows_of[place] for place in places])))
        for places in random.integers(len(rows_of), size=(_DRAWS, len(rows_of)))
    ]
    low, high = np.quantile(drawn, [0.025, 0.975], method="nearest")
    return Figure(function(some), float(low), float(high))


def gain(some: Courses, arm: str, place: int) -> float:
    """Mean difference of an arm's AUC to random's after a round, its place counted from 0."""
    return float((some.arm(arm) - some.arm("random"))[:, place].mean())


def worst(some: Courses, arm: str, place: int) -> tuple[str, float, float]:
    """The task where an arm is most behind random after a round, by how much, and the standard
    error of that over its seeds."""
    names = np.array(some.tasks)
    differences = (some.arm(arm) - some.arm("random"))[:, place]
    by_task = {task: differences[names == task] for task in np.unique(names)}
    task = min(by_task, key=lambda name: by_task[name].mean())
    of_it = by_task[task]
    error = of_it.std(ddof=1) / np.sqrt(len(of_it)) if len(of_it) > 1 else float("nan")
    return task, float(of_it.mean()), float(error)
