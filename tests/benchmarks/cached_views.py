"""What caching a few augmented views costs in AUC, against fresh augmentation for every batch.

    python -m tests.benchmarks.cached_views --workspace=W --trunk=0002 \
        --task=hat,sunglasses,t_shirt --steps=150 --seeds=2 --scratch=DIR

For each seed and task, block 8 with four bands is trained on the whole train split, once on
views from the cache and once on live features, in the same order of batches, and measured on the
test split. The tasks must be over the same images: with the same seed they draw the same
batches then, so that live features are computed once for all of them. Prints one JSON object:
the AUC on the test split, [cached, live] for each seed.
"""

import functools
import os
from typing import Any

import numpy as np
import tensorflow as tf
from absl import flags, logging

from graftnet_tf.branch.branch import Branch
from graftnet_tf.branch.config import MOST_STEPS, BranchConfig
from graftnet_tf.branch.fine_tuning import FineTuning
from graftnet_tf.data import labelled_images
from graftnet_tf.evaluation import metrics
from graftnet_tf.features.feature_cache import FeatureCache
from graftnet_tf.features.graft_features import CachedFeatures, LiveFeatures
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.precision import native_precision
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from tests.benchmarks.batched import apply
from tests.benchmarks.decoded_images import decode_all

TRUNK = flags.DEFINE_string("trunk", None, "Version of the trunk.", required=True)
TASK = flags.DEFINE_list("task", None, "Binary tasks over the same images.", required=True)
STEPS = flags.DEFINE_integer("steps", MOST_STEPS, "Steps of each training.")
VIEWS = flags.DEFINE_integer("views", BranchConfig().views, "Augmented views.", lower_bound=1)
SEEDS = flags.DEFINE_integer("seeds", 2, "How many seeds, from --seed on.")
SCRATCH = flags.DEFINE_string("scratch", None, "New local directory to work in.", required=True)

_GRAFT_AFTER = 7


class RememberedFeatures(LiveFeatures):
    """Live features that are kept, for other tasks that draw the same."""

    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self._kept: dict[tuple[bytes, int | None], tf.Tensor] = {}

    def plain(self, rows: np.ndarray) -> tf.Tensor:
        key = (self.reader.contents[rows].tobytes(), None)
        if key not in self._kept:
            self._kept[key] = super().plain(rows)
        return self._kept[key]

    def augmented(self, rows: np.ndarray, step: int) -> tf.Tensor:
        key = (self.reader.contents[rows].tobytes(), step)
        if key not in self._kept:
            self._kept[key] = super().augmented(rows, step)
        return self._kept[key]


def main() -> None:
    workspace = shell.open_workspace()
    trunk = Trunk.open(workspace, TRUNK.value)
    train = labelled_images.label(
        [workspace.training_split(name) for name in TASK.value], trunk.preprocessing
    )
    frozen = trunk.blocks(0, _GRAFT_AFTER)
    frozen_in = functools.partial(FoldedBlocks, frozen)
    test = TestFeatures(workspace, trunk, frozen)
    areas: dict[str, list[list[float | None]]] = {name: [] for name in TASK.value}
    for seed in range(shell.SEED.value, shell.SEED.value + SEEDS.value):
        config = BranchConfig(
            graft_after=_GRAFT_AFTER,
            last_block=8,
            pooling="bands",
            steps=STEPS.value,
            optimization=Optimization(learning_rate=2e-4, ema=0.98),
            checkpoint_every=STEPS.value,
            views=VIEWS.value,
            precision=native_precision(),
            seed=seed,
        )
        parts = (frozen_in, trunk.preprocessing, config.augmentation, train.reader, seed)
        cache = FeatureCache(os.path.join(SCRATCH.value, "cache"), "features")
        cached = CachedFeatures(
            LiveFeatures(*parts, precision=config.precision),
            cache,
            views=config.views,
        )
        live = RememberedFeatures(*parts)
        for some in train.tasks:
            pair = []
            for kind, features in (("cached", cached), ("live", live)):
                optimizer = config.optimization.make(config.steps)
                tuning = FineTuning(trunk, features, some, config, optimizer)
                directory = os.path.join(SCRATCH.value, f"{some.task.name}-{seed}-{kind}")
                tuning.run(tuning.loop(directory, config.steps))
                pair.append(test.auc(tuning.branch, some.task.name))
            logging.info("%s, seed %d: cached %.4f, live %.4f", some.task.name, seed, *pair)
            areas[some.task.name].append(pair)
    shell.print_json(areas)


class TestFeatures:
    """The test splits' images at the graft point."""

    def __init__(self, workspace: Workspace, trunk: Trunk, frozen: Blocks):
        self._examples = {name: workspace.examples(name, "test") for name in TASK.value}
        self._path = workspace.image_path
        paths = {self._path(e.image) for some in self._examples.values() for e in some}
        images = decode_all(sorted(paths), trunk.preprocessing)
        self._rows = images.rows
        self._features = apply(
            lambda images: frozen(trunk.preprocessing.scale(images)),
            images.images.__getitem__,
            np.arange(len(images.images)),
            description="Test features",
        )

    def auc(self, branch: Branch, name: str) -> float | None:
        """AUC of a binary task's branch."""
        some = self._examples[name]
        rows = np.array([self._rows[self._path(example.image)] for example in some])
        scores = apply(branch.scores, self._features.__getitem__, rows, description="Test")
        return metrics.auc(np.array([example.label == 1 for example in some]), scores[:, 1])


if __name__ == "__main__":
    shell.run(main)
