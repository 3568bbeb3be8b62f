"""How many labels turned on purpose mining's list of suspects finds, beside cleanlab's ranking.

python -m tests.benchmarks.turned_labels --workspace=W --cleanlab=build/cleanlab/bin/python

Of every task's images, which all tasks share, one in twenty gets the other label. Found are those
among as many as were turned, first in each list; cleanlab has out-of-fold scores of the same
probe.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from absl import flags
from scipy.special import softmax
from sklearn.model_selection import StratifiedKFold

from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.suspects import find_suspects
from graftnet_tf.training import linear_probe
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from tests.benchmarks.label_efficiency.annotated import annotated

CLEANLAB = flags.DEFINE_string("cleanlab", None, "Interpreter that has cleanlab.", required=True)
_PEER = Path(__file__).parent / "cleanlab_process.py"
_TURNED, _LEAST, _FOLDS = 0.05, 60, 5


def main() -> None:
    workspace = Workspace(shell.WORKSPACE.value)
    people = annotated(workspace, workspace.task_names())
    random = np.random.default_rng(shell.SEED.value)
    rows = []
    for place, task in enumerate(people.names):
        truth = people.labels[:, place]
        if not _LEAST <= truth.sum() <= len(truth) - _LEAST:
            continue
        turned = random.choice(len(truth), round(_TURNED * len(truth)), replace=False)
        labels = truth.copy()
        labels[turned] ^= True
        hidden = np.isin(np.arange(len(truth)), turned)
        rows.append(_found(people.vectors, labels, hidden))
        _show(task, rows[-1])
    _show("mean", np.mean(rows, axis=0))


def _show(name: str, shares: Sequence[float]) -> None:
    print(f"{name:<20}", *(f"{share:6.3f}" for share in shares), flush=True)


def _found(vectors: np.ndarray, labels: np.ndarray, turned: np.ndarray) -> tuple[float, ...]:
    """Shares found: mining's and cleanlab's among negatives, and among all."""
    ranking = _cleanlab(vectors, labels)
    negatives = np.flatnonzero(~labels)
    wanted = int((turned & ~labels).sum())
    suspects = find_suspects(vectors, labels, negatives, MiningConfig(suspects=wanted))
    mined = turned[[suspect.row for suspect in suspects]].sum() / wanted
    theirs = turned[ranking[~labels[ranking]][:wanted]].mean()
    both = len(turned[turned])
    return mined, theirs, mined * wanted / both, turned[ranking[:both]].mean()


def _cleanlab(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Rows, the most suspect first."""
    scores = np.zeros((len(labels), 2))
    for learnt, judged in StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(
        vectors, labels
    ):
        kernel, bias = linear_probe.fit(vectors[learnt], labels[learnt].astype(int), 2)
        scores[judged] = softmax(vectors[judged] @ kernel + bias, axis=1)
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/given.npz", labels=labels.astype(int), scores=scores)
        subprocess.run([CLEANLAB.value, str(_PEER), folder], check=True)
        return np.load(f"{folder}/ranking.npy")


if __name__ == "__main__":
    shell.run(main)
