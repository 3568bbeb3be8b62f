"""What all rows have in common: workspace, recipe, and the folder where figures are kept."""

import dataclasses
import os
import time
from collections.abc import Callable
from typing import Any

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.io import atomic_files
from graftnet_tf.lift_scenes.dataset.attribute_tasks import ATTRIBUTE_TASKS
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.pretraining import TrunkConfig
from graftnet_tf.workspace.workspace import Workspace

TASKS = tuple(task.name for task in ATTRIBUTE_TASKS)
TRUNK = TrunkConfig(
    height=96,
    width=80,
    train_from=5,
    last_block=7,
    steps=400,
    batch=16,
    probe_examples=256,
    optimization=Optimization(learning_rate=2e-4, ema=0.98),
)
BRANCH = BranchConfig(
    graft_after=6,
    last_block=7,
    pooling="bands",
    steps=100,
    batch=16,
    optimization=Optimization(learning_rate=2e-4, ema=0.97),
    views=1,
    probe_examples=512,
)


@dataclasses.dataclass(frozen=True)
class Setting:
    """One run.

    Attributes:
      workspace: Workspace with the drawn tasks.
      initial_weights: Public weights that every trunk starts from.
      results: Local folder.
      seed: Of all that is drawn in training.
    """

    workspace: Workspace
    initial_weights: str
    results: str
    seed: int

    def once(self, name: str, do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `do` gave for this name and seed, with its CPU-seconds, done unless it is kept."""
        path = os.path.join(self.results, f"{name}-{self.seed}.json")
        if not os.path.exists(path):
            cpu, wall = time.process_time(), time.monotonic()
            found = do()
            spent = {
                "cpu_seconds": time.process_time() - cpu,
                "wall_seconds": time.monotonic() - wall,
            }
            atomic_files.write_json(path, {**found, **spent})
        return atomic_files.read_json(path)
