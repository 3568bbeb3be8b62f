"""Images a second of a trunk's training step, beside plain Keras and torchvision.

    python -m tests.benchmarks.training_step [--peer_python=PYTHON] [--turns=3] [--heads=16]

All train the whole of InceptionV3 with AdamW on the same images in memory, without augmentation:
ours with one of --heads binary heads active a step, in float32 and, where the machine computes in
it, in bfloat16; Keras a model of as many outputs by `fit`, the loss of all but one weighed by zero;
torchvision the network without its auxiliary head, with one linear layer, in either memory layout,
in a process of its own with PYTHON, which has torch and torchvision. They take turns, so that a
busy machine is busy for all; the median of the turns counts. `share_of_matmul` is the rate of the
step's multiply-adds over that of the machine's product of float32 matrices of 4096×4096 in the same
turns.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import flags

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.flops import BACKWARD, BlockCosts
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.workspace.tasks import Task
from pipelines import shell
from tests.benchmarks.native_precisions import native_precisions
from tests.benchmarks.peer_process import PeerProcess

PEER_PYTHON = flags.DEFINE_string("peer_python", None, "A Python with torch and torchvision.")
TURNS = flags.DEFINE_integer("turns", 3, "Of each, of which the median counts.", lower_bound=1)
SIDE = flags.DEFINE_integer("side", 299, "Height and width of the images.", lower_bound=75)
IMAGES = flags.DEFINE_integer("images", 32, "In a step.", lower_bound=1)
HEADS = flags.DEFINE_integer("heads", 16, "Binary tasks.", lower_bound=1)

_STEPS = 2  # of a turn
_MATRIX = 4096
_LAYOUTS = ("contiguous", "channels_last")
_OPTIMIZATION = Optimization("adamw", learning_rate=1e-4)


def main() -> None:
    random = np.random.default_rng(shell.SEED.value)
    images = random.integers(0, 256, (IMAGES.value, SIDE.value, SIDE.value, 3), np.uint8)
    labels = random.integers(0, 2, IMAGES.value).astype(np.int32)
    precisions = native_precisions()
    rates = {precision: _ours(precision, images, labels) for precision in precisions}
    rates["Keras"] = _keras(images, labels)
    if PEER_PYTHON.value:
        rates |= {f"torchvision, {layout}": _torch(layout) for layout in _LAYOUTS}
    for rate in rates.values():
        rate()
    turns = [
        {**{name: rate() for name, rate in rates.items()}, "matmul": _matmul()}
        for _ in range(TURNS.value)
    ]
    median = {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}
    matmul = median.pop("matmul")
    peers = {name: rate for name, rate in median.items() if name not in precisions}
    step = (1 + BACKWARD) * BlockCosts.of(SIDE.value, SIDE.value).forward(0, INCEPTION_V3.last)
    shell.print_json(
        {
            "ratios": {
                f"{ours} beside {peer}": [round(turn[ours] / turn[peer], 3) for turn in turns]
                for ours in precisions
                for peer in peers
            },
            "images_per_s": {name: round(rate, 2) for name, rate in median.items()},
            "native_over_float32": round(median[precisions[-1]] / median["float32"], 2),
            "float32_over_faster_peer": round(median["float32"] / max(peers.values()), 2),
            "share_of_matmul": {
                name: round(rate * step / matmul, 2) for name, rate in median.items()
            },
            "matmul_gflops": round(2 * matmul / 1e9, 1),
        }
    )


def _rate(steps: Callable[[], object]) -> float:
    """Images a second of `_STEPS` steps."""
    started = time.perf_counter()
    steps()
    return _STEPS * IMAGES.value / (time.perf_counter() - started)


def _ours(precision: str, images: np.ndarray, labels: np.ndarray) -> Callable[[], float]:
    model = DynamicTrunk(
        Blocks(),
        [Task.binary(f"task{number}") for number in range(HEADS.value)],
        Preprocessing(SIDE.value, SIDE.value),
        Augmentation.none(),
        _OPTIMIZATION.make(steps=1000),
        _OPTIMIZATION.make_constant,
        precision,
    )
    weights = np.ones(len(labels), np.float32)

    def steps() -> None:
        for task in range(_STEPS):
            model.train(task % HEADS.value, images, labels, weights, (task, 0))

    return lambda: _rate(steps)


def _keras(images: np.ndarray, labels: np.ndarray) -> Callable[[], float]:
    network = tf.keras.applications.InceptionV3(
        include_top=False, weights=None, input_shape=images.shape[1:], pooling="avg"
    )
    names = [f"task{number}" for number in range(HEADS.value)]
    heads = [tf.keras.layers.Dense(2, name=name)(network.output) for name in names]
    model = tf.keras.Model(network.input, heads)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(_OPTIMIZATION.make(steps=1000), loss=[loss] * HEADS.value)
    active = np.ones(len(labels), np.float32)
    weights = [active] + [np.zeros_like(active)] * (HEADS.value - 1)
    batch = (images / np.float32(127.5) - 1, tuple([labels] * HEADS.value), tuple(weights))
    data = tf.data.Dataset.from_tensors(batch).repeat()
    return lambda: _rate(lambda: model.fit(data, steps_per_epoch=_STEPS, verbose=0))


def _torch(layout: str) -> Callable[[], float]:
    script = Path(__file__).with_name("torch_process.py")
    return PeerProcess(PEER_PYTHON.value, script, layout, SIDE.value, IMAGES.value, _STEPS).ask


def _matmul() -> float:
    """Multiply-adds a second."""
    matrix = tf.ones((_MATRIX, _MATRIX))
    started = time.perf_counter()
    for _ in range(_STEPS):
        tf.linalg.matmul(matrix, matrix).numpy()
    return _STEPS * _MATRIX**3 / (time.perf_counter() - started)


if __name__ == "__main__":
    shell.run(main)
