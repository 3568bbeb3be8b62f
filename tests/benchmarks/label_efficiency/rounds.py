"""One task labelled round by round, by true labels."""

import dataclasses

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.prevalence import weighted_share
from tests.benchmarks.label_efficiency import probe
from tests.benchmarks.label_efficiency.annotated import Annotated
from tests.benchmarks.label_efficiency.arms import Situation, arms

_ROUNDS = (50, 100, 200, 400, 800)
EXAMPLES = 3  # of what is looked for, that whoever asks for the label has at hand
TEST_FRACTION = 0.3


@dataclasses.dataclass(frozen=True)
class Course:
    """What came of one arm on one task.

    Attributes:
      labelled: Rows of the images with a label after each round.
      aucs: Of a probe trained on them, after each round.
      positives: Positives among them.
    """

    labelled: list[np.ndarray]
    aucs: list[float]
    positives: list[int]


def rounds_of(people: Annotated, seed: int) -> list[int]:
    """Labels in all after each round, the examples among them: as many rounds as there is room."""
    archive, _ = people.sides(TEST_FRACTION, seed)
    return [total for total in _ROUNDS if total < len(archive)]


def course(people: Annotated, task: str, name: str, seed: int) -> Course:
    """Labels an archive by an arm; all arms start with the same examples.

    Args:
      people: Whose labels the annotators know.
      task: What they label.
      name: Of the arm.
      seed: Of the split, the examples and the arm.
    """
    truth = people.labels[:, people.names.index(task)]
    archive, tested = people.sides(TEST_FRACTION, seed)
    random = np.random.default_rng(seed)
    labelled = random.choice(archive[truth[archive]], EXAMPLES, replace=False)
    first, later = arms(name)
    found = Course([], [], [])
    model = None
    drawn, likely = np.zeros(0, int), np.zeros(0)  # all but the examples, and how likely each was
    rounds = rounds_of(people, seed)
    for number, total in enumerate(rounds):
        left = np.setdiff1d(archive, labelled)
        candidates = Candidates(
            people.vectors[left],
            None if model is None else probe.scores(model, people.vectors[left]),
            probe.threshold(people.vectors[labelled], truth[labelled]) if model else 0.5,
            weighted_share(truth[drawn], likely) if model and np.isfinite(likely).all() else None,
            people.vectors[labelled[truth[labelled]]],
        )
        situation = Situation(
            candidates, people.vectors[labelled], total - len(labelled), seed * len(rounds) + number
        )
        chosen = (first if model is None else later)(situation)
        drawn = np.concatenate([drawn, left[chosen.rows]])
        likely = np.concatenate([likely, chosen.probabilities])
        labelled = np.concatenate([labelled, left[chosen.rows]])
        model = probe.fit(people.vectors[labelled], truth[labelled])
        found.labelled.append(labelled)
        found.aucs.append(_auc(people, model, truth, tested))
        found.positives.append(int(truth[labelled].sum()))
    return found


def auc_of_all(people: Annotated, task: str, seed: int) -> float:
    """Of a probe trained on the whole archive."""
    truth = people.labels[:, people.names.index(task)]
    archive, tested = people.sides(TEST_FRACTION, seed)
    return _auc(people, probe.fit(people.vectors[archive], truth[archive]), truth, tested)


def _auc(people: Annotated, model: Pipeline, truth: np.ndarray, tested: np.ndarray) -> float:
    return float(roc_auc_score(truth[tested], probe.scores(model, people.vectors[tested])))
