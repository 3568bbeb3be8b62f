"""Mining on and off at 100 negatives to one positive, more than a branch can look at."""

import dataclasses
import functools
from typing import Any

import numpy as np
from sklearn.metrics import roc_curve

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.evaluate import AttributeEvaluation
from graftnet_tf.mining.config import MiningConfig
from tests.benchmarks.chance_mining import minings
from tests.benchmarks.evidence.drawn import trained
from tests.benchmarks.evidence.drawn.label_plan import LABELS, earlier_labels, new_label
from tests.benchmarks.evidence.drawn.scenes import POOL, pool
from tests.benchmarks.evidence.drawn.setting import BRANCH, Setting
from tests.benchmarks.evidence.drawn.shorter_lists import rare, write_shorter

NEGATIVES_EACH = 100
RECALL = 0.8  # at which false positives are compared
TOP = (50, 100, 200, 400)  # lengths of the lists of highest scores
BATCHES = {"": False, "_balanced": True}  # whether they have as many examples of each class
ARMS = tuple(f"{arm}{batches}" for batches in BATCHES for arm in ("mined", "random", "all"))
MINING = MiningConfig(nearest_share=0.1, keep_rate=0.1, suspects=0)


def run(setting: Setting) -> None:
    """Trains and measures the new label's branch on each list of negatives, in both batches."""
    workspace, label = setting.workspace, new_label(setting.seed)
    drawn = pool(workspace)
    train, test = (drawn.examples(label, split) for split in ("train", "test"))
    name = write_shorter(
        workspace, f"rare_{label}", rare(train, NEGATIVES_EACH, setting.seed), test, folder=POOL
    )
    trunk = trained.trunk(setting, earlier_labels(setting.seed, max(LABELS)))["version"]
    config = dataclasses.replace(MINING, seed=setting.seed)
    for arm, version in minings(workspace, name, trunk, config).items():
        for batches, balanced in BATCHES.items():
            branch = dataclasses.replace(BRANCH, mining=version, balanced_batches=balanced)
            measured = functools.partial(_measured, setting, trunk, name, branch)
            setting.once(f"mining_{arm}{batches}", measured)


def _measured(
    setting: Setting, trunk_version: str, name: str, config: BranchConfig
) -> dict[str, Any]:
    attributes, told = trained.branches(setting, trunk_version, {name: config})
    examples = setting.workspace.training_examples(name, config.mining)
    positives = int(np.sum(examples.labels))
    return {
        **told,
        "train": {"positives": positives, "negatives": len(examples) - positives},
        "test": ranking(attributes[name]),
    }


def ranking(found: AttributeEvaluation) -> dict[str, float | int | None]:
    """AUC, FPR at a recall of `RECALL`, negatives among the highest scores, and the test's size."""
    fpr, recall, _ = roc_curve(found.labels, found.scores, drop_intermediate=False)
    return {
        "auc": found.auc,
        "fpr_at_recall": float(fpr[np.argmax(recall >= RECALL)]),
        **{
            f"top_{count}": metrics.false_positives_at_top(found.labels, found.scores, count)
            for count in TOP
            if count <= len(found.labels)
        },
        "positives": found.row.positives,
        "negatives": found.row.negatives,
    }
