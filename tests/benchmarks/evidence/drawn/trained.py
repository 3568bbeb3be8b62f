"""Trunks and branches as the library makes them, and what its own evaluation says of them."""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import Any

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branches
from graftnet_tf.evaluation.evaluate import AttributeEvaluation, evaluate
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import newest_tree, publish_tree
from graftnet_tf.trunk.pretraining import train_trunk
from graftnet_tf.workspace import manifest
from serving.composition.compose import compose
from tests.benchmarks.evidence.drawn.setting import TRUNK, Setting

PUBLIC = "public"


def trunk(setting: Setting, tasks: Sequence[str]) -> dict[str, Any]:
    """The trunk of the dynamic graph on some tasks: its `version` and `cpu_seconds`.

    Without tasks it is the public weights as they are.
    """
    config = dataclasses.replace(
        TRUNK,
        initial_weights=setting.initial_weights,
        steps=TRUNK.steps if tasks else 0,
        seed=setting.seed,
    )

    def train() -> dict[str, Any]:
        return {"version": train_trunk(setting.workspace, config, tasks=tasks), "tasks": tasks}

    return setting.once(f"trunk_of_{len(tasks) or PUBLIC}", train)


def branches(
    setting: Setting, trunk_version: str, configs: Mapping[str, BranchConfig]
) -> tuple[dict[str, AttributeEvaluation], dict[str, Any]]:
    """Trains branches, composes them and evaluates them on their tasks' test splits.

    Args:
      setting: Setting.
      trunk_version: Trunk that they are grafted on.
      configs: Configuration of each task's branch; the setting's seed is theirs.

    Returns:
      (each attribute on test images, {"validation_auc" of each attribute and "branch_cpu_seconds"
      of one branch}).
    """
    workspace, started = setting.workspace, time.process_time()
    seeded = {
        name: dataclasses.replace(config, seed=setting.seed) for name, config in configs.items()
    }
    versions = dict(train_branches(workspace, seeded, trunk_version=trunk_version))
    seconds = time.process_time() - started
    tree = newest_tree(workspace, trunk=trunk_version, branches=versions)
    model = compose(workspace, publish_tree(workspace, tree))
    evaluation = evaluate(workspace, workspace.path(*GRAFTNET_DIR, model), tasks=list(versions))
    validation: dict[str, float] = {}
    for task, version in versions.items():
        record = manifest.read(workspace.version_dir("branches", task, version))
        validation |= record["metrics"]["validation_auc"]
    told = {"validation_auc": validation, "branch_cpu_seconds": seconds / len(versions)}
    return {attribute.name: attribute for attribute in evaluation.attributes}, told
