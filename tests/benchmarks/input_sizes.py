"""What an input size costs: images per second through InceptionV3, in one process.

    python -m tests.benchmarks.input_sizes

For each size, blocks 0–10 forward, and a step of SGD through all of them, on random images;
the best of three runs, as images per second and as a ratio to 299×299. Prints one JSON object.
"""

import time
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from graftnet_tf.models.blocks import Blocks
from pipelines import shell

_SIZES = ((299, 299), (336, 224), (288, 192), (192, 96), (160, 80))
_BATCH = 32
_RUNS = 3


def main() -> None:
    blocks = Blocks()
    optimizer = tf.keras.optimizers.SGD(1e-6)
    optimizer.build(blocks.open_variables)
    rates = {f"{h}x{w}": _rates(blocks, optimizer, h, w) for h, w in _SIZES}
    reference = rates["299x299"]
    shell.print_json(
        {
            size: {
                "forward_per_s": round(forward, 1),
                "training_per_s": round(training, 1),
                "forward_ratio": round(forward / reference[0], 2),
                "training_ratio": round(training / reference[1], 2),
            }
            for size, (forward, training) in rates.items()
        }
    )


def _rates(
    blocks: Blocks, optimizer: tf.keras.optimizers.Optimizer, height: int, width: int
) -> tuple[float, float]:
    images = tf.random.stateless_uniform([_BATCH, height, width, 3], [shell.SEED.value, 0])

    @tf.function
    def forward():
        return blocks(images)

    @tf.function
    def train():
        variables = blocks.open_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            loss = tf.reduce_mean(tf.square(blocks(images, training=True)))
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    return _per_second(forward), _per_second(train)


def _per_second(function: Callable[[], Any]) -> float:
    function()
    seconds = []
    for _ in range(_RUNS):
        started = time.monotonic()
        function()
        seconds.append(time.monotonic() - started)
    return _BATCH / min(seconds)


if __name__ == "__main__":
    shell.run(main)
