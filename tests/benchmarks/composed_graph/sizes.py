"""Size on disk and load time of composed models with more and more branches.

    python -m tests.benchmarks.composed_graph.sizes [--branches=1,16,64] [--precision=float32]

InceptionV3 at 299×299 with random weights, branches of blocks 8…10: 64 of them are 3.4 GB of
variables, each stored on its own though their values are equal. Each model is loaded in a process
of its own and answers one image. Prints one JSON object; takes minutes and, for 64 branches,
15 GB of disk.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
from absl import flags

from graftnet_tf.models.saved_model import PRECISIONS
from pipelines import shell
from serving.model_server.models.weight_layouts import keep_weight_layouts
from tests.benchmarks.composed_graph.networks import SIDE, Networks
from tests.benchmarks.composed_graph.session import Session

BRANCHES = flags.DEFINE_list("branches", ["1", "16", "64"], "Numbers of branches, rising.")
PRECISION = flags.DEFINE_enum("precision", PRECISIONS[0], PRECISIONS, "Of the models.")
LOAD = flags.DEFINE_string("load", None, "A model to load; what it took is all that is told.")


def main() -> None:
    keep_weight_layouts()
    if LOAD.value:
        return shell.print_json(_loaded(LOAD.value))
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        networks = Networks(folder)
        networks.add_branch()
        published = 1
        for count in map(int, BRANCHES.value):
            for number in range(published, count):
                networks.copy_branch(number)
            published = count
            started = time.monotonic()
            directory = networks.compose(PRECISION.value)
            composing = time.monotonic() - started
            found[count] = {
                "megabytes": _megabytes(directory, "variables"),
                "megabytes_of_graph": _megabytes(directory, "saved_model.pb"),
                "seconds_to_compose": round(composing, 1),
                **_in_own_process(directory),
            }
    shell.print_json(found)


def _in_own_process(directory: str) -> dict[str, float]:
    command = [sys.executable, "-m", __spec__.name, f"--load={directory}"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _loaded(directory: str) -> dict[str, float]:
    """Seconds to load the model and to a first answer, memory at most, and outputs answered."""
    started = time.monotonic()
    model = Session(directory)
    loaded = time.monotonic()
    answer = model.call(np.zeros((1, SIDE, SIDE, 3), np.uint8))()
    return {
        "seconds_to_load": round(loaded - started, 2),
        "seconds_to_first_answer": round(time.monotonic() - loaded, 2),
        "peak_megabytes": _peak_megabytes(),
        "scores": int(np.isfinite(answer).sum()),
    }


def _peak_megabytes() -> int:
    """Resident memory of this process at most, as Linux counts it."""
    with open("/proc/self/status", encoding="ascii") as status:
        (kibibytes,) = (line.split()[1] for line in status if line.startswith("VmHWM:"))
    return round(int(kibibytes) * 1024 / 1e6)


def _megabytes(directory: str, name: str) -> float:
    path = os.path.join(directory, name)
    files = os.scandir(path) if os.path.isdir(path) else [path]
    return round(sum(os.path.getsize(file) for file in files) / 1e6, 1)


if __name__ == "__main__":
    shell.run(main)
