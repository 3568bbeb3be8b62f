"""Share of time that a whole network's training waits for its images.

    python -m tests.benchmarks.data_path.waiting --scratch=DIR [--side=299] [--steps=6]

`train_trunk` of all blocks, all open, in batches of 32, as a process of its own. Prints one JSON
object: `waiting` of the manifest, the seconds of each step but the first, and the peak memory.
"""

import itertools
import os

from absl import flags

from graftnet_tf.workspace import manifest
from pipelines import shell
from tests.benchmarks.data_path import noise_workspace, processes

SIDE = flags.DEFINE_integer("side", 299, "Height and width of the input.", lower_bound=75)
STEPS = flags.DEFINE_integer("steps", 6, "Training steps.", lower_bound=2)
SCRATCH = flags.DEFINE_string("scratch", None, "New local directory to work in.", required=True)

_WATCHED = "tests.benchmarks.data_path.watched_training"
_FILES = 1000


def main() -> None:
    workspace = noise_workspace.make_in(SCRATCH.value, _FILES, shell.SEED.value)
    journal = os.path.join(SCRATCH.value, "journal")
    processes.run(
        _WATCHED,
        f"--workspace={workspace.root}",
        f"--journal={journal}",
        f"--seed={shell.SEED.value}",
        f"--height={SIDE.value}",
        f"--width={SIDE.value}",
        f"--steps={STEPS.value}",
        "--batch_size=32",
    )
    events = processes.read_journal(journal)
    ends = [event["at"] for event in events if event["event"] == "step"]
    trunk = workspace.version_dir("trunks", workspace.newest("trunks"))
    shell.print_json(
        {
            "side": SIDE.value,
            "waiting": round(manifest.read(trunk)["waiting"], 4),
            "step_seconds": [round(b - a, 1) for a, b in itertools.pairwise(ends)],
            "peak_mib": events[-1]["peak_mib"],
        }
    )


if __name__ == "__main__":
    shell.run(main)
