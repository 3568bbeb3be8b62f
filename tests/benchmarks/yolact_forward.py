"""YOLACT beside the official PyTorch network: milliseconds per batch, in one script.

    python -m tests.benchmarks.yolact_forward [--peer_python=PYTHON --peer=CHECKOUT] [--batch=1]

At 550 px, two threads, with the weights of `tests/yolact_tf/reference.py` in both, so that
detections are as many: the forward pass in float32 and, where the machine computes in it, in
bfloat16, and detection (decoding, Fast NMS) and masks (on the prototypes' grid, and enlarged to the
input's size). The official network runs in a process of its own, PYTHON, that has torch and
OpenCV; CHECKOUT is a clone of https://github.com/dbolya/yolact. The two take turns, so that a busy
machine is busy for both; the best of the runs counts.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from absl import flags

from pipelines import shell
from tests.benchmarks.native_precisions import native_precisions
from tests.benchmarks.peer_process import PeerProcess
from tests.benchmarks.turns import seconds_of_turns, times_as_fast
from tests.yolact_tf.reference import reference_image, reference_input, reference_weights
from yolact_tf import build_yolact, load_torch_state_dict
from yolact_tf.checkpoints.state_dict import expected
from yolact_tf.ops.fast_nms import detect
from yolact_tf.ops.masks import assemble, in_images

PEER_PYTHON = flags.DEFINE_string("peer_python", sys.executable, "A Python with torch.")
PEER = flags.DEFINE_string("peer", None, "Clone of the official repository; none: no peer.")
RUNS = flags.DEFINE_integer("runs", 10, "Of each, of which the best counts.", lower_bound=1)
BATCH = flags.DEFINE_integer("batch", 1, "Images.", lower_bound=1)

_THREADS = 2
_SEEDS = {"resnet50": 19, "resnet101": 1}


def main() -> None:
    tf.config.threading.set_intra_op_parallelism_threads(_THREADS)
    measured = {backbone: _measure(backbone, seed) for backbone, seed in _SEEDS.items()}
    found: dict[str, Any] = {backbone: figures for backbone, (figures, _) in measured.items()}
    found["ratios"] = {name: some for _, each in measured.values() for name, some in each.items()}
    shell.print_json(found)


def _measure(backbone: str, seed: int) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Best milliseconds and what they come to; how many times as fast as the official one."""
    stages = _ours(backbone, seed)
    peer = None
    if PEER.value:
        script = Path(__file__).with_name("yolact_official_process.py")
        given = (PEER.value, backbone, seed, _THREADS, BATCH.value)
        peer = PeerProcess(PEER_PYTHON.value, script, *given)
        stages["official"] = peer.ask
    seconds = seconds_of_turns(stages, RUNS.value)
    best = {name: 1000 * min(some) for name, some in seconds.items()}
    if peer:
        peer.close()
    rest = best["detect"] + best["masks"]
    *_, native = native_precisions()
    ratios = {
        "native_speedup": best["float32"] / best[native],
        "detection_and_masks_per_forward": rest / best["float32"],
        "enlarged_too_per_forward": (rest + best["enlarge"]) / best["float32"],
    }
    if peer:
        ratios["speedup_over_official"] = best["official"] / best["float32"]
        ratios["native_speedup_over_official"] = best["official"] / best[native]
    found = {name: round(value, 3) for name, value in {**best, **ratios}.items()}
    return found, {
        f"{backbone}, {precision} beside official": times_as_fast(
            seconds[precision], seconds["official"]
        )
        for precision in native_precisions()
        if peer
    }


def _ours(backbone: str, seed: int) -> dict[str, Callable[[], object]]:
    name = f"yolact_{backbone}_550"
    one = reference_input(reference_image(seed), backbone)
    image = tf.constant(np.repeat(one[np.newaxis], BATCH.value, axis=0))
    stages: dict[str, Callable[[], object]] = {}
    for precision in native_precisions():
        model = build_yolact(name, precision=precision)
        weights = {key: reference_weights(key, s, seed) for key, s in expected(model).items()}
        load_torch_state_dict(model, weights)
        run = tf.function(model)
        outputs = run(image)
        stages[precision] = partial(_forward, run, image)
    side = model.config.size
    nms = tf.function(lambda outputs: detect(outputs, model.priors, model.config))
    found = nms(outputs)
    masks = tf.function(lambda proto, found: assemble(proto, found.coefficients, found.boxes))
    enlarge = tf.function(lambda found, proto: in_images(found, proto, side, side))
    masks(outputs["proto"], found), enlarge(found, outputs["proto"])
    stages["detect"] = lambda: nms(outputs).boxes.numpy()
    stages["masks"] = lambda: masks(outputs["proto"], found).numpy()
    stages["enlarge"] = lambda: [part.numpy() for part in enlarge(found, outputs["proto"])]
    return stages


def _forward(network: Callable[[tf.Tensor], dict[str, tf.Tensor]], image: tf.Tensor) -> None:
    for output in network(image).values():
        output.numpy()


if __name__ == "__main__":
    shell.run(main)
