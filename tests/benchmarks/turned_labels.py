"""How many labels turned on purpose mining's lists of suspects find, beside cleanlab's ranking.

python -m tests.benchmarks.turned_labels --workspace=W --cleanlab=build/cleanlab/bin/python

Of every task's images, which all tasks share, one in twenty gets the other label (--turned), by as
many seeds as --seeds. Found are those among as many as were turned, first in each list; cleanlab
has out-of-fold scores of the same probe.
"""

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from absl import flags
from scipy.special import softmax
from sklearn.model_selection import StratifiedKFold

from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.suspect_positives import find_suspect_positives
from graftnet_tf.mining.suspects import find_suspects
from graftnet_tf.training import linear_probe
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from tests.benchmarks.label_efficiency.annotated import Annotated, annotated

CLEANLAB = flags.DEFINE_string("cleanlab", None, "Interpreter that has cleanlab.", required=True)
TURNED = flags.DEFINE_float("turned", 0.05, "Share of all labels that are turned.")
SEEDS = flags.DEFINE_integer("seeds", 3, "Seeds, from --seed on.")
_PEER = Path(__file__).parent / "cleanlab_process.py"
_LEAST, _FOLDS = 60, 5
_ROWS = (
    "negatives: mining",
    "negatives: cleanlab",
    "positives: mining",
    "positives: mining, by neighbours",
    "positives: cleanlab",
    "positives: by chance",
    "all: mining's suspects alone",
    "all: mining, both lists",
    "all: cleanlab",
    "positives listed, of all positives",
    "wrong ones among the listed",
    "listed ones among the wrong",
)


def main() -> None:
    workspace = Workspace(shell.WORKSPACE.value)
    names = [name for name in workspace.task_names() if len(workspace.task(name).classes) == 2]
    people = annotated(workspace, names)
    cases = [
        (labels, turned, seed)
        for seed in range(shell.SEED.value, shell.SEED.value + SEEDS.value)
        for labels, turned in _with_turned(people, seed)
    ]
    rankings = _cleanlab(people.vectors, [labels for labels, _, _ in cases])
    shares = [_found(people, *case, ranking) for case, ranking in zip(cases, rankings, strict=True)]
    errors = np.std(shares, axis=0, ddof=1) / np.sqrt(len(shares))
    print(f"{len(shares)} tasks and seeds")
    for name, share, error in zip(_ROWS, np.mean(shares, axis=0), errors, strict=True):
        print(f"{name:<40}{share:6.3f} ± {error:.3f}", flush=True)


def _with_turned(people: Annotated, seed: int) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """(labels with some turned, which are), bool [N], of each task with enough of both classes."""
    random = np.random.default_rng(seed)
    for truth in people.labels.T:
        if _LEAST <= truth.sum() <= len(truth) - _LEAST:
            turned = np.zeros(len(truth), bool)
            turned[random.choice(len(truth), round(TURNED.value * len(truth)), replace=False)] = 1
            yield truth ^ turned, turned


def _found(
    people: Annotated, labels: np.ndarray, turned: np.ndarray, seed: int, ranking: np.ndarray
) -> tuple[float, ...]:
    """Shares as `_ROWS` names them."""
    vectors = people.vectors
    right = {True: int((turned & labels).sum()), False: int((turned & ~labels).sum())}

    def hits(rows: Iterable[int]) -> int:
        return int(turned[np.fromiter(rows, int)].sum())

    def near_others(of: bool) -> int:
        config = MiningConfig(suspects=right[of], seed=seed)
        judged = np.flatnonzero(labels == of)
        found = find_suspects(vectors, labels != of, judged, config)
        return hits(suspect.row for suspect in found)

    everyone = MiningConfig(suspects=len(labels), seed=seed)
    classes = labels.astype(int)
    suspects = find_suspect_positives(vectors, classes, people.groups, [1], everyone)
    positives = [suspect.row for suspect in suspects]
    theirs = {of: hits(ranking[labels[ranking] == of][: right[of]]) for of in (False, True)}
    negatives, first = near_others(False), hits(positives[: right[True]])
    return (
        negatives / right[False],
        theirs[False] / right[False],
        first / right[True],
        near_others(True) / right[True],
        theirs[True] / right[True],
        right[True] / labels.sum(),
        negatives / turned.sum(),
        (negatives + first) / turned.sum(),
        hits(ranking[: turned.sum()]) / turned.sum(),
        len(positives) / labels.sum(),
        hits(positives) / max(len(positives), 1),
        hits(positives) / right[True],
    )


def _cleanlab(vectors: np.ndarray, cases: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Rows by cleanlab, the most suspect first, of each case's labels."""
    with tempfile.TemporaryDirectory() as folder:
        for number, labels in enumerate(cases):
            scores = _out_of_fold(vectors, labels.astype(int))
            np.savez(f"{folder}/given-{number}.npz", labels=labels.astype(int), scores=scores)
        subprocess.run([CLEANLAB.value, str(_PEER), folder, str(len(cases))], check=True)
        return [np.load(f"{folder}/ranking-{number}.npy") for number in range(len(cases))]


def _out_of_fold(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """float64 [N, 2], by folds that know of no groups."""
    scores = np.zeros((len(labels), 2))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for learnt, judged in folds.split(vectors, labels):
        kernel, bias = linear_probe.fit(vectors[learnt], labels[learnt], 2)
        scores[judged] = softmax(vectors[judged] @ kernel + bias, axis=1)
    return scores


if __name__ == "__main__":
    shell.run(main)
