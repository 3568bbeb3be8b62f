"""Is anybody there: the shipped person network at smaller inputs, as a gate before everything else.

    python -m tests.benchmarks.empty_lifts [--snapshots=120] [--seed=0]

The network is fully convolutional: its weights serve any input, with anchors scaled alike. For
each side of the input: milliseconds of one snapshot from array to detections, with decoding left
out, and on drawn snapshots, of which about one in six is empty, how many with people would have
been passed over and how many empty ones not. The threshold is the network's usual one. Prints one
JSON object.
"""

import dataclasses
import json
import statistics
import time
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from absl import flags

from graftnet_tf.lift_scenes.scene.scene import Snapshot, render_snapshot
from pipelines import shell
from yolact_tf.checkpoints.person_model import load_person_model
from yolact_tf.config import YolactConfig
from yolact_tf.data.preprocessing import network_input
from yolact_tf.inference.segmenter import Segmenter
from yolact_tf.models.yolact import build_yolact

SNAPSHOTS = flags.DEFINE_integer("snapshots", 120, "Drawn snapshots.", lower_bound=1)
_SIDES = (512, 384, 320, 256, 192)
_SIZE = (1280, 720)


def main() -> None:
    shipped, classes = load_person_model()
    snapshots = [
        render_snapshot(shell.SEED.value, index, _SIZE) for index in range(SNAPSHOTS.value)
    ]
    occupied = [any(not seen.hidden for seen in snapshot.passengers) for snapshot in snapshots]
    result = {}
    for side in _SIDES:
        config = _resized(shipped.config, side)
        model = build_yolact(config, num_classes=len(classes) + 1)
        model.set_weights(shipped.get_weights())
        found, seconds = _look(Segmenter(model, classes), config, snapshots)
        pairs = list(zip(occupied, found, strict=True))
        result[side] = {
            "ms": round(1000 * statistics.median(seconds), 1),
            "occupied": sum(occupied),
            "passed_over": sum(there and not seen for there, seen in pairs),
            "empty": len(pairs) - sum(occupied),
            "alarmed_for_nothing": sum(seen and not there for there, seen in pairs),
        }
    print(json.dumps(result))


def _resized(config: YolactConfig, side: int) -> YolactConfig:
    scales = tuple(scale * side / config.size for scale in config.scales)
    return dataclasses.replace(config, size=side, scales=scales)


def _look(
    segmenter: Segmenter, config: YolactConfig, snapshots: Sequence[Snapshot]
) -> tuple[list[bool], list[float]]:
    """Whether anybody was found in each snapshot, and the seconds that it took."""
    size = tf.constant([_SIZE[::-1]])

    @tf.function(input_signature=[tf.TensorSpec([None, None, 3], tf.uint8)])
    def count(image):
        return segmenter(network_input(image[tf.newaxis], config), size).count[0]

    count(np.zeros((*_SIZE[::-1], 3), np.uint8))
    found, seconds = [], []
    for snapshot in snapshots:
        started = time.perf_counter()
        found.append(bool(count(snapshot.image).numpy()))
        seconds.append(time.perf_counter() - started)
    return found, seconds


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
