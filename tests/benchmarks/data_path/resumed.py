"""A training that is killed and resumed, beside one left alone: its weights, and what it opens.

    python -m tests.benchmarks.data_path.resumed --scratch=DIR [--kill_at=9]

Three processes train the same: to the end, until SIGKILL comes in place of step --kill_at of 16,
and from the checkpoint to the end. Batches of 32 in one epoch: no file is drawn twice. Prints one
JSON object: whether the weights are equal bit by bit, the steps run again, and how many
of the files opened for steps before the checkpoint were opened again.
"""

import os
from typing import Any

from absl import flags

from graftnet_tf.workspace import manifest
from pipelines import shell
from tests.benchmarks.data_path import noise_workspace, processes

KILL_AT = flags.DEFINE_integer(
    "kill_at", 9, "Step in place of which it is killed.", lower_bound=0, upper_bound=15
)
SCRATCH = flags.DEFINE_string("scratch", None, "New local directory to work in.", required=True)

_WATCHED = "tests.benchmarks.data_path.watched_training"
_STEPS, _BATCH, _EVERY = 16, 32, 4
_FILES = 1000


def main() -> None:
    workspace = noise_workspace.make_in(SCRATCH.value, _FILES, shell.SEED.value)
    whole = _train(workspace.root, "whole")
    killed = _train(workspace.root, "killed", kill_at=KILL_AT.value)
    resumed = _train(workspace.root, "resumed")
    undisturbed, ended = (
        manifest.read(workspace.version_dir("trunks", version))["fingerprints"]
        for version in workspace.versions("trunks")
    )
    checkpointed = KILL_AT.value // _EVERY * _EVERY
    done = set(_opened(whole)[: checkpointed * _BATCH])
    before, after = _opened(killed), _opened(resumed)
    shell.print_json(
        {
            "killed_at": KILL_AT.value,
            "checkpointed": checkpointed,
            "weights_equal": undisturbed == ended,
            "steps_resumed": [e["step"] for e in resumed if e["event"] == "step"],
            "opened": {"whole": len(_opened(whole)), "killed": len(before), "resumed": len(after)},
            "opened_again": len(set(before) & set(after)),
            "opened_again_of_checkpointed_steps": len(done & set(after)),
        }
    )


def _train(root: str, name: str, kill_at: int | None = None) -> list[dict[str, Any]]:
    """Trains a trunk or goes on with it; what it noted until its last step."""
    journal = os.path.join(SCRATCH.value, f"journal-{name}")
    processes.run(
        _WATCHED,
        f"--workspace={root}",
        f"--journal={journal}",
        f"--seed={shell.SEED.value}",
        f"--height={noise_workspace.HEIGHT}",
        f"--width={noise_workspace.WIDTH}",
        "--last_block=1",
        f"--steps={_STEPS}",
        f"--batch_size={_BATCH}",
        f"--checkpoint_every={_EVERY}",
        *([] if kill_at is None else [f"--kill_at={kill_at}"]),
        killed=kill_at is not None,
    )
    events = processes.read_journal(journal)
    if kill_at is not None:
        return events
    last = max(number for number, event in enumerate(events) if event["event"] == "step")
    return events[: last + 1]


def _opened(events: list[dict[str, Any]]) -> list[str]:
    return [event["path"] for event in events if event["event"] == "opened"]


if __name__ == "__main__":
    shell.run(main)
