"""The paper's Figure 4 and Table 2: the same branches on the dynamic and on the public trunk."""

import functools
from typing import Any

from tests.benchmarks.evidence.drawn import trained
from tests.benchmarks.evidence.drawn.setting import BRANCH, TASKS, Setting

DYNAMIC = "dynamic"


def run(setting: Setting) -> None:
    """Trains and measures the 16 tasks' branches on both trunks."""
    for name, tasks in ((DYNAMIC, TASKS), (trained.PUBLIC, ())):
        version = trained.trunk(setting, tasks)["version"]
        setting.once(f"trunks_{name}", functools.partial(_measured, setting, version))


def _measured(setting: Setting, trunk_version: str) -> dict[str, Any]:
    attributes, told = trained.branches(setting, trunk_version, dict.fromkeys(TASKS, BRANCH))
    return {**told, "test": {name: found.figures() for name, found in attributes.items()}}
