"""Seconds of a composed model's answer and of training steps on two TensorFlows, side by side.

    python -m tests.benchmarks.stacks --other_python=PYTHON [--turns=9] [--model=DIR]

InceptionV3 with random weights: a composed model (by default with branches of blocks 8…10, made
here), served by both, that scores 4 images of 299×299; a trunk's step on 8 images at 150×150; a
branch's step on 16 images' features at 299×299, all float32. Each computes in a process of its own,
and they take turns in an order that is drawn, so that a busy machine is busy for both. Prints one
JSON object: the median seconds of each, and turn by turn how many times as fast PYTHON's was.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from absl import flags

from graftnet_tf.models.precision import FULL_PRECISION
from pipelines import shell
from tests.benchmarks.composed_graph import networks
from tests.benchmarks.peer_process import PeerProcess
from tests.benchmarks.turns import median_and_range, seconds_of_turns, times_as_fast

OTHER_PYTHON = flags.DEFINE_string(
    "other_python", None, "A Python with another TensorFlow.", required=True
)
TURNS = flags.DEFINE_integer("turns", 9, "Of each, of which the median counts.", lower_bound=1)
MODEL = flags.DEFINE_string(
    "model", None, "Directory of a composed model; without it, one is made of --branches branches."
)
BRANCHES = flags.DEFINE_integer("branches", 4, "Of the composed model.", lower_bound=1)
MEASURED = flags.DEFINE_multi_enum(
    "measured", ["composed", "trunk", "branch"], ["composed", "trunk", "branch"], "What is."
)


def main() -> None:
    script = Path(__file__).with_name("stack_process.py")
    pythons = {"own": sys.executable, "other": OTHER_PYTHON.value}
    with tempfile.TemporaryDirectory() as folder:
        directory = MODEL.value or networks.in_own_process(_save, folder, BRANCHES.value)
        processes = {
            (name, measured): PeerProcess(python, script, measured, directory)
            for name, python in pythons.items()
            for measured in MEASURED.value
        }
        calls = {key: process.ask for key, process in processes.items()}
        seconds = seconds_of_turns(calls, TURNS.value)
        for process in processes.values():
            process.close()
    ratios = {it: times_as_fast(seconds["other", it], seconds["own", it]) for it in MEASURED.value}
    shell.print_json(
        {
            "seconds": {
                name: {it: round(statistics.median(seconds[name, it]), 3) for it in MEASURED.value}
                for name in pythons
            },
            "other_times_as_fast": {it: median_and_range(ratios[it]) for it in MEASURED.value},
            "turns": ratios,
        }
    )


def _save(folder: str, branches: int) -> str:
    made = networks.Networks(os.path.join(folder, "workspace"))
    for _ in range(branches):
        made.add_branch()
    return made.compose(FULL_PRECISION)


if __name__ == "__main__":
    shell.run(main)
