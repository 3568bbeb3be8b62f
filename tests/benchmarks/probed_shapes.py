"""Branch shapes without training: linear probes on a trunk's own blocks, many tasks at once.

    python -m tests.benchmarks.probed_shapes --workspace=W --count=20,50

Each shape has the trunk's frozen blocks and starts as a branch does, with axes and a classifier
from the whole train split; an image passes the trunk once for all tasks and shapes. Measured on
the test split. Prints means over the binary tasks by shape, then one JSON object.
"""

import time

import numpy as np
import tensorflow as tf
from absl import flags
from sklearn.metrics import roc_auc_score

from graftnet_tf.evaluation import metrics
from graftnet_tf.pooling import pooling
from graftnet_tf.training import linear_probe
from graftnet_tf.training.batched_inference import in_batches
from graftnet_tf.training.pca import principal_axes
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from tests.benchmarks.batched import apply
from tests.benchmarks.decoded_images import DecodedImages, decode_all

TRUNK = flags.DEFINE_string("trunk", None, "Version of the trunk; the newest by default.")
COUNT = flags.DEFINE_list("count", ["20", "50"], "Lengths of the lists of highest scores.")

_DEEP = ((10, "gap"), (8, "gap"), (8, "bands"), (7, "gap"), (7, "bands"))
_REDUCED = (("bilinear", 64), ("bilinear", 128), ("isqrt_cov", 64), ("isqrt_cov", 128))
_IMAGES = 512  # that the axes are found from
_BATCH = 32


def main() -> None:
    started = time.monotonic()
    workspace = shell.open_workspace()
    trunk = Trunk.open(workspace, TRUNK.value)
    names = [name for name in workspace.task_names() if len(workspace.task(name).classes) == 2]
    counts = [int(count) for count in COUNT.value]
    paths = {
        split: {
            workspace.image_path(example.image)
            for name in names
            for example in workspace.examples(name, split)
        }
        for split in SPLITS
    }
    images = decode_all(sorted(set().union(*paths.values())), trunk.preprocessing)
    train = [row for path, row in images.rows.items() if path in paths["train"]]
    means: dict[str, dict[str, float]] = {}
    for shape, vectors in _vectors(trunk, images.images, np.array(train)).items():
        rows = [_probe(workspace, name, images, vectors, counts) for name in names]
        means[shape] = {
            "length": vectors.shape[1],
            **{column: float(np.mean([row[column] for row in rows])) for column in rows[0]},
        }
        cells = (f"{value:.4g}" for value in means[shape].values())
        print(f"| {shape} | {' | '.join(cells)} |", flush=True)
    seconds = round(time.monotonic() - started)
    shell.print_json({"tasks": len(names), "means": means, "seconds": seconds})


def _vectors(trunk: Trunk, images: np.ndarray, train: np.ndarray) -> dict[str, np.ndarray]:
    """What each shape's classifier gets: float32 [M, D] by the shape's name."""
    blocks = trunk.blocks(0, max(block for block, _ in _DEEP))

    @tf.function(reduce_retracing=True)
    def features(batch: tf.Tensor) -> list[tf.Tensor]:
        taps = blocks.taps(trunk.preprocessing.scale(batch))
        deep = [pooling(name)(taps[f"block{block}"]) for block, name in _DEEP]
        return [*deep, tf.cast(taps["block7"], tf.float16)]

    parts = in_batches(
        lambda rows: features(tf.constant(images[rows])),
        np.arange(len(images)),
        batch=_BATCH,
        description="Features",
    )
    *deep, maps = (np.concatenate(part) for part in zip(*parts, strict=True))
    found = {f"block {k}, {name}": part for (k, name), part in zip(_DEEP, deep, strict=True)}
    chosen = np.random.default_rng(0).permutation(train)[:_IMAGES]
    positions = (maps[row].reshape(-1, maps.shape[-1]).astype(np.float32) for row in chosen)
    kernel, bias = principal_axes(positions, max(axes for _, axes in _REDUCED))
    for name, axes in _REDUCED:

        def pooled(batch: tf.Tensor, name: str = name, axes: int = axes) -> tf.Tensor:
            reduced = tf.tensordot(tf.cast(batch, tf.float32), kernel[:, :axes], 1) + bias[:axes]
            return pooling(name)(reduced)

        found[f"block 7, 1×1 to {axes}, {name}"] = apply(
            pooled, maps.__getitem__, np.arange(len(maps)), batch=_BATCH, description=name
        )
    return found


def _probe(
    workspace: Workspace,
    name: str,
    images: DecodedImages,
    vectors: np.ndarray,
    counts: list[int],
) -> dict[str, float]:
    """A task's false positives among its highest scores, and its AUC."""
    rows, labels = {}, {}
    for split in SPLITS:
        examples = workspace.examples(name, split)
        readable = {workspace.image_path(e.image): e.label for e in examples}.items()
        readable_rows = [(images.rows[p], label) for p, label in readable if p in images.rows]
        rows[split], labels[split] = np.array(readable_rows).T
    kernel, bias = linear_probe.fit(vectors[rows["train"]], labels["train"], 2)
    scores = (vectors[rows["test"]] @ kernel + bias) @ [-1, 1]
    shown = labels["test"] == 1
    return {
        **{f"top {n}": metrics.false_positives_at_top(shown, scores, n) for n in counts},
        "AUC": float(roc_auc_score(shown, scores)),
    }


if __name__ == "__main__":
    shell.run(main)
