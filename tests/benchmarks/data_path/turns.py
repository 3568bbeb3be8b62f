"""Training on images read when a step needs them, beside the same on images held in memory.

    python -m tests.benchmarks.data_path.turns --scratch=DIR [--last_block=2] [--turns=5]

Turns of both alternate in one process, on one network that takes 160×80 images in batches of 32,
through the loop of `train_trunk`, one batch read ahead. Those in memory were decoded beforehand.
Prints one JSON object: images per second of each turn, their medians, and the share of time that
each waited for its input and the processor time it took an image, which others on the machine
disturb less.
"""

import dataclasses
import statistics
import tempfile
import time
from collections.abc import Iterator

import numpy as np
from absl import flags

from graftnet_tf.data import labelled_images
from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.data.task_sampling import Schedule
from graftnet_tf.features.prefetch import prefetch
from graftnet_tf.models import weights
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.training.loop import Loop, Optimization
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from pipelines import shell
from tests.array_reader import ArrayReader
from tests.benchmarks.data_path import noise_workspace

LAST_BLOCK = flags.DEFINE_integer(
    "last_block", 2, "Last block of the network.", lower_bound=0, upper_bound=INCEPTION_V3.last
)
FILES = flags.DEFINE_integer("files", 4000, "Images.", lower_bound=100)
TURNS = flags.DEFINE_integer("turns", 5, "Turns of each.", lower_bound=1)
STEPS = flags.DEFINE_integer("steps", 40, "Steps of a turn.", lower_bound=1)
SCRATCH = flags.DEFINE_string("scratch", None, "New local directory to work in.", required=True)

_BATCH = 32
_WARM_UP = 3


class Training:
    """Turns of training on what a reader gives."""

    def __init__(self, model: DynamicTrunk, some: LabelledRows, seed: int):
        self._model, self._some, self._seed = model, some, seed
        self._schedule = Schedule([len(some.rows)], np.ones(1), _BATCH, seed)
        self.rates: list[float] = []
        self.waiting: list[float] = []
        self.cpu_ms: list[float] = []

    def run(self, steps: int) -> None:
        """One turn."""
        with tempfile.TemporaryDirectory(dir=SCRATCH.value) as directory:
            loop = Loop(directory, steps, checkpoint_every=steps)
            started, used = time.monotonic(), time.process_time()
            loop.run(self._step, self._inputs(steps), description="Turn")
            self.rates.append(_BATCH * steps / (time.monotonic() - started))
            self.cpu_ms.append(1000 * (time.process_time() - used) / (_BATCH * steps))
            self.waiting.append(loop.waiting)

    def _inputs(self, steps: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        drawn = (self._schedule.next()[1] for _ in range(steps))
        return prefetch(lambda chosen: self._some.batch(chosen, self._some.reader.read), drawn)

    def _step(self, number: int, given: tuple[np.ndarray, np.ndarray]) -> tuple[str, float]:
        chosen, images = given
        labels = self._some.labels[chosen]
        shares = self._some.class_weights[labels]
        loss = self._model.train(0, images, labels, shares, (number, self._seed))
        return self._some.task.name, loss


def main() -> None:
    workspace = noise_workspace.make_in(SCRATCH.value, FILES.value, shell.SEED.value)
    size = Preprocessing(noise_workspace.HEIGHT, noise_workspace.WIDTH)
    splits = [workspace.training_split(name) for name in workspace.task_names()]
    [some] = labelled_images.label(splits, size).tasks
    optimization = Optimization(learning_rate=1e-5)
    blocks = Blocks(0, LAST_BLOCK.value)
    weights.initialise(blocks, weights.NONE)
    model = DynamicTrunk(
        blocks,
        [some.task],
        size,
        Augmentation(),
        optimization.make_constant(),
        optimization.make_constant,
    )
    held = dataclasses.replace(some, reader=ArrayReader(_decoded(some.reader)))
    streamed, in_memory = (Training(model, each, shell.SEED.value) for each in (some, held))
    for training in (streamed, in_memory):
        training.run(_WARM_UP)
        for measured in (training.rates, training.waiting, training.cpu_ms):
            measured.clear()
    for _ in range(TURNS.value):
        streamed.run(STEPS.value)
        in_memory.run(STEPS.value)
    ours, theirs = statistics.median(streamed.rates), statistics.median(in_memory.rates)
    shell.print_json(
        {
            "last_block": LAST_BLOCK.value,
            "images_per_s": [round(ours, 1), round(theirs, 1)],
            "ratio": round(ours / theirs, 3),
            "turns": [
                [round(a, 1), round(b, 1)]
                for a, b in zip(streamed.rates, in_memory.rates, strict=True)
            ],
            "waiting": [
                round(statistics.median(each.waiting), 4) for each in (streamed, in_memory)
            ],
            "cpu_ms_of_an_image": [
                round(statistics.median(each.cpu_ms), 2) for each in (streamed, in_memory)
            ],
        }
    )


def _decoded(reader: ImageReader) -> np.ndarray:
    """uint8 [M, height, width, 3], all images of a reader."""
    starts = range(0, len(reader), _BATCH)
    parts = (np.arange(start, min(start + _BATCH, len(reader))) for start in starts)
    return np.concatenate([reader.read(part) for part in parts])


if __name__ == "__main__":
    shell.run(main)
