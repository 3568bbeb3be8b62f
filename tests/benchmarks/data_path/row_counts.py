"""Memory and start of `train_trunk` over many rows, beside a hundredth of them.

    python -m tests.benchmarks.data_path.row_counts --scratch=DIR [--rows=1000000] [--few=10000]

Each training is a process of its own, of 4 steps on 160×80 images with blocks 0…1, batch 32: over
few rows, over many rows without an index of their list, and over many with it, --turns times.
Peak memory is the process's; stages are in seconds, each from the end of the one before; the first
from the process's start. The rows have different groups and name --files different files in turn.
Last, the validation split that `train_branch` draws, in this process. Prints one JSON object.
"""

import os
import statistics
import time

from absl import flags

from graftnet_tf.data import labelled_images
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from tests.benchmarks.data_path import noise_workspace, processes

ROWS = flags.DEFINE_integer("rows", 1_000_000, "Rows of the long list.", lower_bound=100)
FEW = flags.DEFINE_integer("few", 10_000, "Rows of the short list.", lower_bound=100)
FILES = flags.DEFINE_integer("files", 4000, "Different image files.", lower_bound=100)
TURNS = flags.DEFINE_integer("turns", 3, "Trainings of each kind.", lower_bound=1)
SCRATCH = flags.DEFINE_string("scratch", None, "New local directory to work in.", required=True)

_WATCHED = "tests.benchmarks.data_path.watched_training"
_STAGES = ("imported", "list read", "network made", "labelled", "batch read", "step")
_TRUNK = ("--last_block=1", "--steps=4", "--batch_size=32", "--optimizer=sgd")
_SIZE = (f"--height={noise_workspace.HEIGHT}", f"--width={noise_workspace.WIDTH}")


def main() -> None:
    images = noise_workspace.draw_images(
        os.path.join(SCRATCH.value, "images"), FILES.value, shell.SEED.value
    )
    few, many = (
        noise_workspace.make_workspace(os.path.join(SCRATCH.value, name), images, rows)
        for name, rows in (("few", FEW.value), ("many", ROWS.value))
    )
    kinds: dict[str, list[dict]] = {"few": [], "many_without_index": [], "many_with_index": []}
    for _ in range(TURNS.value):
        kinds["few"].append(_training(few))
        _forget_index(many)
        kinds["many_without_index"].append(_training(many))
        kinds["many_with_index"].append(_training(many))
    medians = {kind: _medians(turns) for kind, turns in kinds.items()}
    base = medians["few"]["peak_mib"]
    shell.print_json(
        {
            "rows": [FEW.value, ROWS.value],
            "turns": kinds,
            "medians": medians,
            "peak_ratio_without_index": round(medians["many_without_index"]["peak_mib"] / base, 2),
            "peak_ratio_with_index": round(medians["many_with_index"]["peak_mib"] / base, 2),
            "split_seconds": _split_seconds(many),
        }
    )


def _forget_index(workspace: Workspace) -> None:
    folder = workspace.path("cache", "lists")
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        os.remove(os.path.join(folder, name))


def _training(workspace: Workspace) -> dict[str, float]:
    """Peak memory and seconds of one training."""
    journal = os.path.join(SCRATCH.value, f"journal-{time.monotonic_ns()}")
    ended = processes.run(
        _WATCHED,
        f"--workspace={workspace.root}",
        f"--journal={journal}",
        f"--seed={shell.SEED.value}",
        *_TRUNK,
        *_SIZE,
    )
    events = processes.read_journal(journal)
    first = {stage: next(e["at"] for e in events if e["event"] == stage) for stage in _STAGES}
    stages = {}
    before = ended.started
    for stage, at in first.items():
        stages[stage] = round(at - before, 2)
        before = at
    return {
        "peak_mib": events[-1]["peak_mib"],
        "to_first_step": round(first["step"] - ended.started, 1),
        "whole": round(ended.seconds, 1),
        **stages,
    }


def _medians(turns: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}


def _split_seconds(workspace: Workspace) -> float:
    [name] = workspace.task_names()
    size = Preprocessing(noise_workspace.HEIGHT, noise_workspace.WIDTH)
    [some] = labelled_images.label([workspace.training_split(name)], size).tasks
    started = time.monotonic()
    some.split(0.2, shell.SEED.value)
    return round(time.monotonic() - started, 2)


if __name__ == "__main__":
    shell.run(main)
