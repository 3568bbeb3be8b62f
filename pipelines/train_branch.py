"""Fine-tunes one task's branch on the frozen trunk."""

import dataclasses

from absl import flags

from graftnet_tf.branch.config import FEW_OF_A_CLASS, MOST_STEPS, PASSES, BranchConfig
from graftnet_tf.branch.train import train_branches
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.tasks import Task
from pipelines import shell
from pipelines.flags import (
    branch_shape,
    feature_cache,
    operating_point,
    training_run,
    trunk_version,
)
from pipelines.search_table import search_table

_DEFAULT = BranchConfig()

TASK = flags.DEFINE_list("task", None, "Task to train; several are trained one after another.")
STEPS = flags.DEFINE_integer(
    "steps",
    _DEFAULT.steps,
    f"Training steps; 0 publishes the linear probe; by default {PASSES} passes through the task's "
    f"examples, {MOST_STEPS} steps at most.",
    lower_bound=0,
)
BALANCED_BATCHES = flags.DEFINE_bool(
    "balanced_batches",
    _DEFAULT.balanced_batches,
    "As many examples of each class in every batch, instead of weights in the loss; by default "
    f"where others would have fewer than {FEW_OF_A_CLASS} of some class on average.",
)
DROPOUT = flags.DEFINE_float(
    "dropout",
    _DEFAULT.dropout,
    "Rate on the pooled features.",
    lower_bound=0.0,
    upper_bound=0.99,
)
VIEWS = flags.DEFINE_integer(
    "views",
    _DEFAULT.views,
    "Augmented views whose features are cached; 0 computes features for every batch anew.",
    lower_bound=0,
)
VALIDATION_FRACTION = flags.DEFINE_float(
    "validation_fraction",
    _DEFAULT.validation,
    "Share of the train split kept for choosing thresholds.",
    lower_bound=0.01,
    upper_bound=0.5,
)
VALIDATION_SAMPLE = flags.DEFINE_integer(
    "validation_sample",
    _DEFAULT.validation_sample,
    "Examples that this is a share of, where a task has more than twice as many.",
    lower_bound=100,
)
CALIBRATION = flags.DEFINE_bool(
    "calibration",
    _DEFAULT.calibration,
    "Fit a temperature on the validation part, and use it where it helps there.",
)
MINING = flags.DEFINE_string(
    "mining",
    _DEFAULT.mining,
    "Train on what a mining of the task left: its version, or newest; all examples by default.",
)
TRAINING = training_run.define(_DEFAULT)


def main() -> None:
    if not TASK.value:
        raise flags.Error("--task is missing: name the task to train.")
    workspace = shell.open_workspace()
    config = BranchConfig(
        steps=STEPS.value,
        balanced_batches=BALANCED_BATCHES.value,
        dropout=DROPOUT.value,
        views=VIEWS.value,
        validation=VALIDATION_FRACTION.value,
        validation_sample=VALIDATION_SAMPLE.value,
        mining=MINING.value,
        calibration=CALIBRATION.value,
        **branch_shape.fields(),
        **TRAINING(),
    )
    for name, version in train_branches(
        workspace,
        {name: _kept_to_point(workspace.task(name), config) for name in TASK.value},
        search=branch_shape.search(),
        trunk_version=trunk_version.TRUNK.value,
        cache_directory=feature_cache.CACHE_DIR.value,
        cache_limit=feature_cache.cache_limit(),
        provenance=shell.provenance(),
    ):
        record = manifest.read(workspace.version_dir("branches", name, version))
        if record.get("search"):
            print(search_table(record["search"]))
        print(f"branch {name} {version}", flush=True)


def _kept_to_point(task: Task, config: BranchConfig) -> BranchConfig:
    """The configuration with the operating point of the flags for all that a task reports."""
    if not operating_point.is_given():
        return config
    points = dict.fromkeys(task.attributes, operating_point.wanted())
    return dataclasses.replace(config, operating_points=points)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
