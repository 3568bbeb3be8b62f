"""A new label on trunks of 5, 10 and 15 others and on the public one, by how many crops it has."""

import functools
from collections.abc import Sequence
from typing import Any

from tests.benchmarks.evidence.drawn import trained
from tests.benchmarks.evidence.drawn.label_plan import LABELS, earlier_labels, new_label
from tests.benchmarks.evidence.drawn.setting import BRANCH, Setting
from tests.benchmarks.evidence.drawn.shorter_lists import first, write_shorter

CROPS = (100, 400, 1600)  # labelled, of the new label


def run(setting: Setting) -> None:
    """Trains each trunk, and on it a branch for each number of crops."""
    workspace, label = setting.workspace, new_label(setting.seed)
    train, test = (workspace.examples(label, split) for split in ("train", "test"))
    names = [
        write_shorter(workspace, f"{label}_of_{count}", first(train, count), test)
        for count in CROPS
    ]
    for count in (0, *LABELS):
        version = trained.trunk(setting, earlier_labels(setting.seed, count))["version"]
        measured = functools.partial(_measured, setting, version, names)
        setting.once(f"labels_{count}", measured)


def _measured(setting: Setting, trunk_version: str, names: Sequence[str]) -> dict[str, Any]:
    attributes, told = trained.branches(setting, trunk_version, dict.fromkeys(names, BRANCH))
    return {**told, "test_auc": {name: attributes[name].auc for name in names}}
