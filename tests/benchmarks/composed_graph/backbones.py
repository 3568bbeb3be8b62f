"""What serving costs on other backbones, beside InceptionV3's and beside other runtimes.

    python -m tests.benchmarks.composed_graph.backbones [--peer_python=PYTHON] [--branches=16]
        --shape=inception_v3,299x299,7 --shape=efficientnet_lite0,224x224,10

A shape is a backbone, the height and width of its input and the block that branches begin after;
they go to its end. Random weights, two threads, batches of 1 and 8, float32, and bfloat16 where the
machine computes in it; all in turns. PYTHON has tensorflow, tf2onnx, onnxruntime and openvino.
Prints one JSON object: by shape and batch, the median images per second, how many times as fast as
each runtime, and as the first shape, beside the ratio of multiply-adds. The first shape has no
other runtime beside it: converting 16 branches of InceptionV3 takes more than 22 GB.
"""

import os
import statistics
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from absl import flags

from graftnet_tf.models.backbones import backbone_named
from pipelines import shell
from serving.model_server.models.weight_layouts import keep_weight_layouts
from tests.benchmarks.composed_graph.networks import Networks, Shape, in_own_process
from tests.benchmarks.composed_graph.peers import Peers
from tests.benchmarks.composed_graph.session import THREADS, Session
from tests.benchmarks.native_precisions import native_precisions
from tests.benchmarks.turns import median_and_range, seconds_of_turns, times_as_fast

SHAPE = flags.DEFINE_multi_string("shape", None, "NAME,HEIGHTxWIDTH,GRAFT_AFTER.", required=True)
PEER_PYTHON = flags.DEFINE_string("peer_python", None, "A Python with the peers; none: no peer.")
BRANCHES = flags.DEFINE_integer("branches", 16, "Attributes.", lower_bound=1)
TURNS = flags.DEFINE_integer("turns", 15, "Of which the median counts.", lower_bound=1)

_RUNTIMES = ("ONNX Runtime", "OpenVINO", "OpenVINO, bfloat16")
_BATCHES = (1, 8)


def main() -> None:
    keep_weight_layouts()
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    first_shape = SHAPE.value[0]
    served = {name: _Served(name, peers=name != first_shape) for name in SHAPE.value}
    costs = {name: _shape(name).multiply_adds(BRANCHES.value) for name in served}
    found: dict[str, dict[str, Any]] = {
        name: {
            "million_multiply_adds": round(cost / 1e6, 1),
            "times_fewer_than_the_first": round(costs[first_shape] / cost, 2),
        }
        for name, cost in costs.items()
    }
    for batch in _BATCHES:
        calls = {
            (name, runtime): call
            for name, models in served.items()
            for runtime, call in models.calls(batch).items()
        }
        seconds = seconds_of_turns(calls, TURNS.value)
        first = seconds[first_shape, "float32"]
        for name in served:
            mine = {runtime: some for (of, runtime), some in seconds.items() if of == name}
            found[name][f"batch {batch}"] = _figures(mine, first, batch)
    for models in served.values():
        models.close()
    shell.print_json(found)


class _Served:
    """A composed model in memory, and the same network in other runtimes' processes."""

    def __init__(self, shape: str, *, peers: bool):
        self._shape = _shape(shape)
        with tempfile.TemporaryDirectory() as folder:
            directories, frozen = in_own_process(_save, folder, shape, BRANCHES.value)
            python = PEER_PYTHON.value if peers else None
            self._peers = Peers(python, frozen, _RUNTIMES) if python else None
            self._models = {name: Session(directory) for name, directory in directories.items()}

    def calls(self, batch: int) -> dict[str, Callable[[], object]]:
        """By precision or runtime, a function that scores a batch."""
        images = np.random.default_rng(0).integers(
            0, 256, (batch, self._shape.height, self._shape.width, 3), dtype=np.uint8
        )
        ours = {name: model.call(images) for name, model in self._models.items()}
        return {**ours, **(self._peers.calls(batch) if self._peers else {})}

    def close(self) -> None:
        """Ends the runtimes' processes."""
        if self._peers:
            self._peers.close()


def _shape(given: str) -> Shape:
    name, size, graft_after = given.split(",")
    height, width = map(int, size.split("x"))
    return Shape(backbone_named(name), height, width, int(graft_after))


def _save(folder: str, shape: str, branches: int) -> tuple[dict[str, str], str]:
    """Directories of the composed models by precision, and the path of the frozen graph."""
    made = Networks(os.path.join(folder, "workspace"), _shape(shape))
    for _ in range(branches):
        made.add_branch()
    frozen = os.path.join(folder, "frozen.pb")
    made.save_frozen(frozen)
    return {name: made.compose(name) for name in native_precisions()}, frozen


def _figures(seconds: dict[str, list[float]], first: list[float], batch: int) -> dict[str, Any]:
    """Images per second of each, and ours in float32 beside the runtimes and the first shape."""
    ours = seconds["float32"]
    return {
        "images_per_second": {
            name: round(batch / statistics.median(some), 1) for name, some in seconds.items()
        },
        "times_as_fast": {
            name: median_and_range(times_as_fast(ours, some)) for name, some in seconds.items()
        },
        "times_as_fast_as_the_first": median_and_range(times_as_fast(ours, first)),
    }


if __name__ == "__main__":
    shell.run(main)
