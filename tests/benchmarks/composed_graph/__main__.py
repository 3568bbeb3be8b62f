"""Speed of a composed model beside what else could serve its attributes.

    python -m tests.benchmarks.composed_graph [--peer_python=PYTHON] [--branches=16] [--turns=20]

InceptionV3 at 299×299 with random weights, branches of blocks 8…10, two threads, batches of 1 and
8, all in turns; the best turn of each counts, but for `ratios`. Layouts of weights are kept, as
`graftnet-serve` keeps them. PYTHON has tensorflow, tf2onnx, onnxruntime, openvino and nncf. Prints
one JSON object: milliseconds, GFLOP/s and ratios. Takes a quarter of an hour and 16 GB of memory.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from absl import flags

from graftnet_tf.models.precision import native_precision
from pipelines import shell
from serving.model_server.models.weight_layouts import keep_weight_layouts
from tests.benchmarks.composed_graph import networks
from tests.benchmarks.composed_graph.attribute_cost import attribute_cost
from tests.benchmarks.composed_graph.peers import RUNTIMES, Peers
from tests.benchmarks.composed_graph.session import THREADS, Session
from tests.benchmarks.native_precisions import native_precisions
from tests.benchmarks.turns import seconds_of_turns, times_as_fast

PEER_PYTHON = flags.DEFINE_string("peer_python", None, "A Python with the peers; none: no peer.")
BRANCHES = flags.DEFINE_integer("branches", 16, "Attributes.", lower_bound=1)
TURNS = flags.DEFINE_integer("turns", 20, "Of which the best counts.", lower_bound=1)
RATIOS_ONLY = flags.DEFINE_bool(
    "ratios_only",
    False,
    "Only what stands beside a peer, bfloat16 where the machine computes in it.",
)

_BATCHES = (1, 8)
_PRODUCT = 4096  # side of the matrices that tell the machine's rate


def main() -> None:
    keep_weight_layouts()
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    whole = networks.Shape().multiply_adds(BRANCHES.value)
    separate = BRANCHES.value * networks.Shape().multiply_adds(1)
    with tempfile.TemporaryDirectory() as folder:
        directories, frozen = networks.in_own_process(networks.save_all, folder, BRANCHES.value)
        if RATIOS_ONLY.value:
            directories = {name: directories[name] for name in native_precisions()}
        peers = Peers(PEER_PYTHON.value, frozen, RUNTIMES) if PEER_PYTHON.value else None
        models = {name: Session(directory) for name, directory in directories.items()}
        separate_models = [
            Session(os.path.join(folder, networks.SEPARATE)) for _ in range(BRANCHES.value)
        ]
    found: dict[str, Any] = {"multiply_adds_ratio": separate / whole, "ratios": {}}
    for batch in _BATCHES:
        images = np.random.default_rng(0).integers(
            0, 256, (batch, networks.SIDE, networks.SIDE, 3), dtype=np.uint8
        )
        calls: dict[str, Callable[[], object]] = {
            **{name: model.call(images) for name, model in models.items()},
            networks.SEPARATE: _one_after_another(separate_models, images),
            **{f"product in {dtype}": _product(dtype) for dtype in ("float32", "bfloat16")},
        }
        peer_calls = peers.calls(batch) if peers else {}
        calls |= peer_calls
        seconds = seconds_of_turns(calls, TURNS.value)
        best = {name: min(some) for name, some in seconds.items()}
        found[f"batch {batch}"] = _figures(best, batch * whole)
        found["ratios"] |= _ratios(seconds, [networks.SEPARATE, *peer_calls], batch)
        if not RATIOS_ONLY.value:
            found[f"one attribute, batch {batch}"] = attribute_cost(
                models["float32"], BRANCHES.value, images, TURNS.value
            )
    if peers:
        peers.close()
    shell.print_json(found)


def _one_after_another(models: list[Session], images: np.ndarray) -> Callable[[], object]:
    calls = [model.call(images) for model in models]
    return lambda: [call() for call in calls]


def _product(dtype: str) -> Callable[[], object]:
    matrix = tf.cast(tf.random.normal([_PRODUCT, _PRODUCT], seed=0), dtype)
    multiply = tf.function(tf.matmul)
    return lambda: multiply(matrix, matrix).numpy()


def _ratios(
    seconds: dict[str, list[float]], peers: Sequence[str], batch: int
) -> dict[str, list[float]]:
    """How many times as fast as each peer ours is; int8 is beside what this machine computes in."""
    found = {}
    for peer in peers:
        _, _, theirs = peer.partition(", ")
        ours = {"": "float32", "int8": native_precision()}.get(theirs, theirs)
        found[f"{ours} beside {peer}, batch {batch}"] = times_as_fast(seconds[ours], seconds[peer])
    return found


def _figures(seconds: dict[str, float], multiply_adds: int) -> dict[str, dict[str, float]]:
    composed = seconds["float32"]
    rate = 2e-9 * multiply_adds / composed
    limit = 2e-9 * _PRODUCT**3 / seconds["product in float32"]
    return {
        "milliseconds": {name: round(1000 * value, 1) for name, value in seconds.items()},
        "times_as_fast_as": {
            name: round(value / composed, 2)
            for name, value in seconds.items()
            if not name.startswith("product")
        },
        "rate": {
            "gflops": round(rate, 1),
            "gflops_of_product": round(limit, 1),
            "share": round(rate / limit, 3),
            "native_speedup": round(composed / seconds[native_precision()], 2),
        },
    }


if __name__ == "__main__":
    shell.run(main)
