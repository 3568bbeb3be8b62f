"""Does mining help a linear classifier? On every binary task, some seeds, in minutes.

    python -m tests.benchmarks.mining_gain_probe --workspace=W --seeds=0,1,2

Logistic regressions on the trunk's averaged last block, classes balanced, trained until they
converge: on all negatives, on mined ones, and on as many drawn at random. Prints one JSON object:
mean test AUC and FPR at a recall of 0.8, and the differences to all, task by task on average.
"""

import numpy as np
from absl import flags
from sklearn.metrics import roc_curve

from graftnet_tf.data import labelled_images
from graftnet_tf.evaluation import metrics
from graftnet_tf.mining.config import CLUSTER_SIDES, MiningConfig
from graftnet_tf.mining.hard_negatives import find_hard_negatives
from graftnet_tf.mining.trunk_features import TrunkFeatureReader
from graftnet_tf.training import linear_probe
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell

SEEDS = flags.DEFINE_list("seeds", ["0", "1", "2"], "Seeds of mining and of the random choice.")
TRUNK = flags.DEFINE_string("trunk", None, "Trunk version; the newest by default.")
NEAREST_SHARE = flags.DEFINE_float("nearest_share", MiningConfig().nearest_share, "As in mining.")
KEEP_RATE = flags.DEFINE_float("keep_rate", MiningConfig().keep_rate, "As in mining.")
CLUSTER_SIDE = flags.DEFINE_enum("cluster_side", "samples", CLUSTER_SIDES, "As in mining.")

_ARMS = ("all", "mined", "random")
_RECALL = 0.8


def main() -> None:
    workspace = shell.open_workspace()
    trunk = Trunk.open(workspace, TRUNK.value)
    names = [name for name in workspace.task_names() if len(workspace.task(name).classes) == 2]
    figures = np.array([_task(workspace, trunk, name) for name in names])  # [tasks, arms, 2]
    gains = figures - figures[:, :1]
    errors = gains.std(axis=0, ddof=1) / np.sqrt(len(names))
    keys = ("auc", "fpr_at_recall")
    shell.print_json(
        {
            "tasks": names,
            "means": {
                arm: dict(zip(keys, figures[:, a].mean(0), strict=True))
                for a, arm in enumerate(_ARMS)
            },
            "differences": {
                arm: {key: [gains[:, a, k].mean(), errors[a, k]] for k, key in enumerate(keys)}
                for a, arm in enumerate(_ARMS)
                if arm != "all"
            },
            "tasks_where_mined_beats_random": int((figures[:, 1, 0] > figures[:, 2, 0]).sum()),
        }
    )


def _task(workspace: Workspace, trunk: Trunk, name: str) -> np.ndarray:
    """[arms, (AUC, FPR)] of one task, averaged over the seeds."""
    vectors, labels = _features(workspace, trunk, name, "train")
    tested, shown = _features(workspace, trunk, name, "test")
    task, negatives = workspace.task(name), np.flatnonzero(labels == 0)
    found: dict[str, list[tuple[float, float]]] = {arm: [] for arm in _ARMS}
    for seed in map(int, SEEDS.value):
        config = MiningConfig(
            nearest_share=NEAREST_SHARE.value,
            keep_rate=KEEP_RATE.value,
            cluster_side=CLUSTER_SIDE.value,
            suspects=0,
            seed=seed,
        )
        mined = find_hard_negatives(vectors, labels, task, config).mask
        chance = labels == 1
        count = int((mined & ~chance).sum())
        chance[np.random.default_rng(seed).choice(negatives, count, replace=False)] = True
        chosen = {"all": np.full(len(labels), True), "mined": mined, "random": chance}
        for arm in _ARMS if not found["all"] else _ARMS[1:]:
            kernel, bias = linear_probe.fit(vectors[chosen[arm]], labels[chosen[arm]], 2)
            scores = (tested @ kernel + bias)[:, 1]
            fpr, recall, _ = roc_curve(shown, scores, drop_intermediate=False)
            area = metrics.auc(shown == 1, scores) or np.nan
            found[arm].append((area, float(fpr[np.argmax(recall >= _RECALL)])))
    return np.array([np.mean(found[arm], axis=0) for arm in _ARMS])


def _features(
    workspace: Workspace, trunk: Trunk, name: str, split: str
) -> tuple[np.ndarray, np.ndarray]:
    """(float32 [M, D], labels int [M]) of the readable images of a split."""
    labelled = labelled_images.label([workspace.split(name, split)], trunk.preprocessing)
    rows, vectors = TrunkFeatureReader(trunk, workspace.path("cache")).read(labelled.reader)
    return vectors, labelled.tasks[0].labels[rows]


if __name__ == "__main__":
    shell.run(main)
