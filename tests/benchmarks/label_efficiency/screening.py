"""Every arm on every task, by probes."""

from typing import Any

from tests.benchmarks.label_efficiency.annotated import Annotated
from tests.benchmarks.label_efficiency.rounds import TEST_FRACTION, auc_of_all, course, rounds_of

ALL = "all labels"


def screen(
    people: Annotated, name: str, seed: int, least: int, found: dict[str, dict[str, Any]]
) -> None:
    """Adds the courses of an arm on all tasks with enough of both classes to what was found.

    Args:
      people: Whose labels are known.
      name: Of the arm.
      seed: Of the draws.
      least: Images of each class that a task needs.
      found: Results by "task seed": share of positives, AUC with all labels, AUCs by arm.
    """
    for place, task in enumerate(people.names):
        positives = int(people.labels[:, place].sum())
        if not least <= positives <= len(people.labels) - least:
            continue
        results = found.setdefault(f"{task} {seed}", {})
        if ALL not in results:
            results["share"] = positives / len(people.labels)
            results["rounds"] = rounds_of(people, seed)
            results["archive"] = len(people.sides(TEST_FRACTION, seed)[0])
            results[ALL] = auc_of_all(people, task, seed)
        if name not in results:
            one = course(people, task, name, seed)
            results[name] = {"auc": one.aucs, "positives": one.positives}
