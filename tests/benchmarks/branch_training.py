"""Branch training on cached features beside plain Keras `fit` with the same blocks frozen.

    python -m tests.benchmarks.branch_training --workspace=W --trunk=0002 --task=hat,sunglasses \
        --steps=150 --scratch=DIR

Both train block 8 and a softmax on its global average, on the same images of the first task, in
batches of 32, with the same augmentation and optimizer; blocks 0…7 are frozen. Keras's input comes
from tf.data: decoded beforehand and held, shuffled, batched, augmented, prefetched. First each
task is trained in full, with a cache that is empty at the start and views in the precision that
`train_branch` takes by itself; then, the features being there, turns of ours and of Keras's
alternate in the one process. Prints one JSON object.
"""

import functools
import os
import statistics
import time

import numpy as np
import tensorflow as tf
from absl import flags

from graftnet_tf.branch.config import MOST_STEPS, BranchConfig
from graftnet_tf.branch.fine_tuning import FineTuning
from graftnet_tf.data import labelled_images
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.features.feature_cache import FeatureCache
from graftnet_tf.features.graft_features import CachedFeatures, LiveFeatures
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.precision import native_precision
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.trunk import Trunk
from pipelines import shell
from tests.benchmarks.decoded_images import decode_examples

TRUNK = flags.DEFINE_string("trunk", None, "Version of the trunk.", required=True)
TASK = flags.DEFINE_list("task", None, "Tasks to train in full, one after another.", required=True)

_GRAFT_AFTER, _LAST_BLOCK = 7, 8
_TURNS = 4
_OUR_STEPS, _KERAS_STEPS = 30, 12  # of one turn
_WARM_UP = 3
_BATCH = 32

STEPS = flags.DEFINE_integer(
    "steps",
    MOST_STEPS,
    "Steps of a training in full.",
    lower_bound=_WARM_UP + _TURNS * _OUR_STEPS,
)
SCRATCH = flags.DEFINE_string("scratch", None, "New local directory to work in.", required=True)


class CountedFeatures(LiveFeatures):
    """Live features that count the images that went through the frozen blocks."""

    computed = 0

    def plain(self, rows: np.ndarray) -> tf.Tensor:
        self.computed += len(rows)
        return super().plain(rows)

    def views(self, rows: np.ndarray, seeds: np.ndarray) -> tf.Tensor:
        self.computed += len(rows)
        return super().views(rows, seeds)


def main() -> None:
    workspace = shell.open_workspace()
    trunk = Trunk.open(workspace, TRUNK.value)
    config = BranchConfig(
        graft_after=_GRAFT_AFTER,
        last_block=_LAST_BLOCK,
        steps=STEPS.value,
        batch=_BATCH,
        optimization=Optimization(learning_rate=2e-4, ema=0.98),
        checkpoint_every=STEPS.value,
        precision=native_precision(),
        seed=shell.SEED.value,
    )
    images = labelled_images.label(
        [workspace.training_split(name) for name in TASK.value], trunk.preprocessing
    )
    parts = [task.split(config.validation, config.seed)[0] for task in images.tasks]
    live = CountedFeatures(
        functools.partial(FoldedBlocks, trunk.blocks(0, _GRAFT_AFTER)),
        trunk.preprocessing,
        config.augmentation,
        images.reader,
        config.seed,
        precision=config.precision,
    )
    cache = FeatureCache(os.path.join(SCRATCH.value, "cache"), "features")
    features = CachedFeatures(live, cache, views=config.views)

    in_full = {}
    for some in parts:
        before, started = live.computed, time.monotonic()
        tuning = _tuning(trunk, features, some, config)
        tuning.run(tuning.loop(os.path.join(SCRATCH.value, some.task.name), config.steps))
        seconds = time.monotonic() - started
        in_full[some.task.name] = {
            "seconds": round(seconds, 1),
            "features_computed": live.computed - before,
            "images_per_s": round(config.steps * _BATCH / seconds, 1),
        }

    directory = os.path.join(SCRATCH.value, "turns")
    ours = OurTurns(_tuning(trunk, features, parts[0], config), directory)
    keras = KerasTurns(trunk, parts[0], config)
    rates = [(ours.turn(), keras.turn()) for _ in range(_TURNS)]
    our_rate, keras_rate = (statistics.median(some) for some in zip(*rates, strict=True))
    whole = [figures["images_per_s"] for figures in in_full.values()]
    shell.print_json(
        {
            "steps": config.steps,
            "precision": config.precision,
            "in_full": in_full,
            "turns": [[round(a, 1), round(b, 1)] for a, b in rates],
            "ratios": {
                "features cached beside Keras": [round(a / b, 3) for a, b in rates],
                "cache empty at the start beside Keras": [round(whole[0] / keras_rate, 3)],
            },
            "steady_images_per_s": round(our_rate, 1),
            "keras_images_per_s": round(keras_rate, 1),
            "steady_ratio": round(our_rate / keras_rate, 2),
            "in_full_ratios": [round(rate / keras_rate, 2) for rate in whole],
        }
    )


def _tuning(
    trunk: Trunk, features: CachedFeatures, some: LabelledRows, config: BranchConfig
) -> FineTuning:
    return FineTuning(trunk, features, some, config, config.optimization.make(config.steps))


class OurTurns:
    """Branch training whose features are cached already, a few steps at a time."""

    def __init__(self, tuning: FineTuning, directory: str):
        self._tuning, self._directory, self._step = tuning, directory, 0
        self._run(_WARM_UP)

    def turn(self) -> float:
        """Images per second."""
        return _BATCH * _OUR_STEPS / self._run(_OUR_STEPS)

    def _run(self, steps: int) -> float:
        """Seconds that some more steps take."""
        self._step += steps
        loop = self._tuning.loop(self._directory, self._step)
        started = time.monotonic()
        self._tuning.run(loop)
        return time.monotonic() - started


class KerasTurns:
    """The same network, given to `fit` as one would without this library."""

    def __init__(self, trunk: Trunk, some: LabelledRows, config: BranchConfig):
        some, images = decode_examples(some)
        blocks = trunk.blocks(0, _LAST_BLOCK)
        blocks.freeze_below(_LAST_BLOCK)
        outputs = inputs = tf.keras.Input(images.shape[1:])
        for number in blocks.numbers():
            outputs = blocks[number](outputs)
        outputs = tf.keras.layers.GlobalAveragePooling2D()(outputs)
        outputs = tf.keras.layers.Dropout(config.dropout)(outputs)
        outputs = tf.keras.layers.Dense(len(some.task.classes))(outputs)
        self._model = tf.keras.Model(inputs, outputs)
        self._model.compile(
            config.optimization.make(config.steps),
            tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )

        kept = tf.constant(images)  # an array would become part of the graph

        def augmented(rows: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            seed = tf.random.uniform([2], 0, 2**31 - 1, tf.int32)
            seeds = tf.random.split(seed, tf.shape(rows)[0])
            changed = config.augmentation(tf.gather(kept, rows), seeds)
            return trunk.preprocessing.scale(changed), labels

        examples = tf.data.Dataset.from_tensor_slices((np.arange(len(images)), some.labels))
        shuffled = examples.shuffle(len(images), seed=config.seed).repeat().batch(_BATCH)
        self._data = shuffled.map(augmented, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
        self._steps_end = StepsEnd()
        self.turn()

    def turn(self) -> float:
        """Images per second, from the end of the first step on: `fit` takes time to begin."""
        self._model.fit(
            self._data, steps_per_epoch=_KERAS_STEPS, verbose=0, callbacks=[self._steps_end]
        )
        times = self._steps_end.times
        return _BATCH * (_KERAS_STEPS - 1) / (times[-1] - times[0])


class StepsEnd(tf.keras.callbacks.Callback):
    """When each step of the newest `fit` ended."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.times: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.times.append(time.monotonic())


if __name__ == "__main__":
    shell.run(main)
