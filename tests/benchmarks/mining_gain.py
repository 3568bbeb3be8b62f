"""Does mining help? Branches trained on mined negatives, on all, and on as many drawn at random.

    python -m tests.benchmarks.mining_gain --workspace=W --task=boots,hat --seeds=0,1 \
        --graft_after=7 --last_block=8 --pooling=bands --steps=150 --learning_rate=2e-4

Equal steps, equal seeds, the same validation part and the same test split for the three. Prints one
JSON object a run, and at last the mean differences of mined and random to all.
"""

import json

import numpy as np
import tensorflow as tf
from absl import flags
from sklearn.metrics import roc_curve

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branch
from graftnet_tf.evaluation import metrics
from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from tests.benchmarks.batched import apply
from tests.benchmarks.chance_mining import minings
from tests.benchmarks.decoded_images import decode_all

TASK = flags.DEFINE_list("task", None, "Tasks to compare on.", required=True)
SEEDS = flags.DEFINE_list("seeds", ["0"], "Seeds of everything random, a run for each.")
TRUNK = flags.DEFINE_string("trunk", None, "Trunk version; the newest by default.")
GRAFT_AFTER = flags.DEFINE_integer("graft_after", 7, "Last frozen block.")
LAST_BLOCK = flags.DEFINE_integer("last_block", None, "Last block of the branches.")
POOLING = flags.DEFINE_string("pooling", "gap", "Pooling.")
STEPS = flags.DEFINE_integer("steps", 150, "Training steps of every run.")
LEARNING_RATE = flags.DEFINE_float("learning_rate", 1e-4, "Learning rate.")
NEAREST_SHARE = flags.DEFINE_float("nearest_share", MiningConfig().nearest_share, "As in mining.")
KEEP_RATE = flags.DEFINE_float("keep_rate", MiningConfig().keep_rate, "As in mining.")

_RECALL = 0.8  # at which false positives are compared


def main() -> None:
    workspace = shell.open_workspace()
    trunk = Trunk.open(workspace, TRUNK.value)
    figures: dict[str, list[dict[str, float]]] = {"all": [], "mined": [], "random": []}
    for name in TASK.value:
        features, shown = _test_features(workspace, trunk, name)
        for seed in map(int, SEEDS.value):
            config = MiningConfig(
                nearest_share=NEAREST_SHARE.value, keep_rate=KEEP_RATE.value, suspects=0, seed=seed
            )
            for arm, mining in minings(workspace, name, trunk.version, config).items():
                version = _train(workspace, trunk, name, seed, mining)
                found = _measured(workspace, name, version, features, shown)
                figures[arm].append(found)
                print(json.dumps({"task": name, "seed": seed, "arm": arm, **found}), flush=True)
    shell.print_json(
        {
            arm: {key: _difference(figures, arm, key) for key in ("auc", "fpr_at_recall", "ba")}
            for arm in ("mined", "random")
        }
    )


def _train(workspace: Workspace, trunk: Trunk, name: str, seed: int, mining: str | None) -> str:
    config = BranchConfig(
        graft_after=GRAFT_AFTER.value,
        last_block=LAST_BLOCK.value,
        pooling=POOLING.value,
        steps=STEPS.value,
        optimization=Optimization(learning_rate=LEARNING_RATE.value, ema=0.98),
        mining=mining,
        seed=seed,
    )
    return train_branch(
        workspace,
        name,
        config,
        trunk_version=trunk.version,
        cache_directory=workspace.path("cache"),
    )


def _test_features(workspace: Workspace, trunk: Trunk, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(features at the graft point, bool labels of the first attribute) of the test split."""
    task, examples = workspace.task(name), workspace.examples(name, "test")
    paths = [workspace.image_path(example.image) for example in examples]
    images = decode_all(paths, trunk.preprocessing)
    blocks = trunk.blocks(0, GRAFT_AFTER.value)
    readable = [index for index, path in enumerate(paths) if path in images.rows]
    features = apply(
        lambda images: blocks(trunk.preprocessing.scale(images)),
        lambda rows: images.images[rows],
        np.array([images.rows[paths[index]] for index in readable]),
        description="Test split",
    )
    wanted = task.class_index(next(iter(task.attributes)))
    return features, np.array([examples[index].label == wanted for index in readable])


def _measured(
    workspace: Workspace, name: str, version: str, features: np.ndarray, shown: np.ndarray
) -> dict[str, float]:
    directory = workspace.version_dir("branches", name, version)
    record, task = manifest.read(directory), workspace.task(name)
    attribute = next(iter(task.attributes))
    model = tf.saved_model.load(f"{directory}/saved_model")
    scores = apply(
        lambda batch: model.signatures["scores"](features=batch)["scores"],
        lambda rows: features[rows],
        np.arange(len(features)),
        description="Scores",
    )[:, task.class_index(attribute)]
    row = metrics.at_threshold(shown, scores, record["thresholds"][attribute])
    fpr, recall, _ = roc_curve(shown, scores, drop_intermediate=False)
    return {
        "auc": metrics.auc(shown, scores) or np.nan,
        "fpr_at_recall": float(fpr[np.argmax(recall >= _RECALL)]),
        "ba": row.balanced_accuracy or np.nan,
        "fpr": row.fpr or np.nan,
        "recall": row.recall or np.nan,
    }


def _difference(figures: dict[str, list[dict[str, float]]], arm: str, key: str) -> dict[str, float]:
    """Mean of an arm's figures less those of all negatives, run by run, and its error."""
    gains = np.array([a[key] - b[key] for a, b in zip(figures[arm], figures["all"], strict=True)])
    error = gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else np.nan
    return {"mean": float(gains.mean()), "standard_error": float(error)}


if __name__ == "__main__":
    shell.run(main)
