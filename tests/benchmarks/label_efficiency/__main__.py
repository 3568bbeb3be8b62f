"""Simulates annotators on the tasks of a workspace, which all have the same images.

python -m tests.benchmarks.label_efficiency --workspace=W --results=W/screening.json
python -m tests.benchmarks.label_efficiency --workspace=W --results=R --branches=Hat,Shorts
python -m tests.benchmarks.label_efficiency --workspace=W --forecasts      # of learning curves
python -m tests.benchmarks.label_efficiency --workspace=W --draw=1400      # drawn people, into W

Probes are trained on what each arm chose, or branches of some tasks. The workspace needs a trunk.
Killed and run again, it goes on.
"""

import itertools
import os
from typing import Any

from absl import flags

from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from tests.benchmarks.label_efficiency.annotated import Annotated, annotated
from tests.benchmarks.label_efficiency.arms import TRIED
from tests.benchmarks.label_efficiency.branches import train
from tests.benchmarks.label_efficiency.drawn_people import draw
from tests.benchmarks.label_efficiency.forecasts import forecasts, told
from tests.benchmarks.label_efficiency.screening import screen

DRAW = flags.DEFINE_integer("draw", None, "Snapshots to draw people of, rather than to simulate.")
ARM = flags.DEFINE_multi_string("arm", list(TRIED), "Ways to choose; may be repeated.")
SEEDS = flags.DEFINE_integer("seeds", 3, "Seeds, from 0 on.")
RESULTS = flags.DEFINE_string("results", None, "JSON file to write, or to go on with.")
BRANCHES = flags.DEFINE_list("branches", [], "Tasks to train branches of, rather than all probes.")
FORECASTS = flags.DEFINE_bool("forecasts", False, "Hold learning curves against what came.")
LEAST = flags.DEFINE_integer("least", 30, "Tasks with fewer positives or negatives are left out.")


def main() -> None:
    workspace = Workspace(shell.WORKSPACE.value, create=True)
    if DRAW.value:
        print(f"{draw(workspace, DRAW.value, shell.SEED.value)} people drawn")
        return
    people = annotated(workspace, workspace.task_names())
    if FORECASTS.value:
        each = [forecasts(people, LEAST.value, seed) for seed in range(SEEDS.value)]
        print(told(list(itertools.chain(*each))))
        return
    found = atomic_files.read_json(RESULTS.value) if os.path.exists(RESULTS.value) else {}
    if BRANCHES.value:
        trained_branches(workspace, people, found)
        return
    for seed in range(SEEDS.value):
        for name in ARM.value:
            screen(people, name, seed, LEAST.value, found)
            atomic_files.write_json(RESULTS.value, found)
            print(seed, name, flush=True)


def trained_branches(workspace: Workspace, people: Annotated, found: dict[str, Any]) -> None:
    """Adds what branches come to, task by task."""
    for seed in range(SEEDS.value):
        for task in BRANCHES.value:
            if f"{task} {seed}" in found:
                continue
            found[f"{task} {seed}"] = train(workspace, people, task, ARM.value, seed)
            atomic_files.write_json(RESULTS.value, found)
            print(seed, task, flush=True)


if __name__ == "__main__":
    shell.run(main)
