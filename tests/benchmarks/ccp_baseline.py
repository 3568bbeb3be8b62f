"""The bar for the branches on CCP: logistic regression on frozen public features.

    python -m tests.benchmarks.ccp_baseline --workspace=W --source=../shared/data/ccp \
        --weights=../shared/weights/inceptionv3_public_notop.npz

GAP features of blocks 4, 7 and 8, whole photos at 336×224, standardised, C = 1e-3, classes
balanced; trained on the workspace's train split and measured on its test split. Prints one
JSON object: AUC per binary task, their mean, and the seconds it took.
"""

import os
import time

import numpy as np
import tensorflow as tf
from absl import flags
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.evaluation import metrics
from graftnet_tf.models import weights
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.pooling import gap
from graftnet_tf.workspace.tasks import SPLITS
from pipelines import shell
from tests.benchmarks.batched import apply
from tests.benchmarks.decoded_images import decode_all

SOURCE = flags.DEFINE_string("source", None, "CCP's folder.", required=True)
WEIGHTS = flags.DEFINE_string("weights", None, "Public weights, an .npz file.", required=True)

_BLOCKS = (4, 7, 8)


def main() -> None:
    started = time.monotonic()
    workspace = shell.open_workspace()
    preprocessing = Preprocessing(336, 224, *weights.value_range(WEIGHTS.value))
    blocks = Blocks(0, max(_BLOCKS))
    weights.initialise(blocks, WEIGHTS.value)
    photos = sorted(tf.io.gfile.glob(os.path.join(SOURCE.value, "photos", "*.jpg")))
    images = decode_all(photos, preprocessing)
    rows = {os.path.basename(path): row for path, row in images.rows.items()}

    def pooled(images: tf.Tensor) -> tf.Tensor:
        taps = blocks.taps(preprocessing.scale(images))
        return tf.concat([gap(taps[f"block{number}"]) for number in _BLOCKS], axis=1)

    features = apply(
        pooled,
        images.images.__getitem__,
        np.arange(len(images.images)),
        description="Features",
    )
    areas = {}
    for name in workspace.task_names():
        if len(workspace.task(name).classes) > 2:
            continue
        split = {part: workspace.examples(name, part) for part in SPLITS}
        at = {k: [rows[os.path.basename(e.image)] for e in some] for k, some in split.items()}
        shown = {k: np.array([e.label == 1 for e in some]) for k, some in split.items()}
        model = make_pipeline(
            StandardScaler(),
            LogisticRegression(C=1e-3, class_weight="balanced", max_iter=500),
        )
        model.fit(features[at["train"]], shown["train"])
        areas[name] = metrics.auc(shown["test"], model.decision_function(features[at["test"]]))
    shell.print_json(
        {
            "mean_auc": metrics.mean_defined(areas.values()),
            "auc": areas,
            "seconds": round(time.monotonic() - started),
        }
    )


if __name__ == "__main__":
    shell.run(main)
