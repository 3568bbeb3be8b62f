"""Fine-tunes one task's branch on the frozen trunk."""

from absl import flags

from graftnet_tf.branch_config import BranchConfig
from graftnet_tf.branch_training import train_branch
from graftnet_tf.pooling import POOLINGS
from pipelines import cache_flag, shell, training_flags, trunk_flag

_DEFAULT = BranchConfig()

TASK = flags.DEFINE_list("task", None, "Task to train; several are trained one after another.")
GRAFT_AFTER = flags.DEFINE_integer(
    "graft_after",
    _DEFAULT.graft_after,
    "Last trunk block that stays frozen and shared.",
    lower_bound=0,
    upper_bound=9,
)
LAST_BLOCK = flags.DEFINE_integer(
    "last_block",
    _DEFAULT.last_block,
    "Last block of the branch; the trunk's by default.",
    lower_bound=1,
    upper_bound=10,
)
POOLING = flags.DEFINE_enum("pooling", _DEFAULT.pooling, sorted(POOLINGS), "Pooling.")
REDUCTION = flags.DEFINE_integer(
    "reduction",
    _DEFAULT.reduction,
    "Channels of a learnt 1x1 convolution before the pooling; 0 for none.",
    lower_bound=0,
)
STEPS = flags.DEFINE_integer(
    "steps", _DEFAULT.steps, "Training steps; 0 publishes the linear probe.", lower_bound=0
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
VALIDATION = flags.DEFINE_float(
    "validation",
    _DEFAULT.validation,
    "Part of the train split kept for choosing thresholds.",
    lower_bound=0.01,
    upper_bound=0.5,
)
TRAINING = training_flags.define(_DEFAULT)


@flags.multi_flags_validator(
    ["graft_after", "last_block"], message="--graft_after must be less than --last_block."
)
def _shape(values: dict) -> bool:
    last_block = values["last_block"]
    return last_block is None or values["graft_after"] < last_block


def main() -> None:
    if not TASK.value:
        raise flags.Error("--task is missing: name the task to train.")
    workspace = shell.open_workspace()
    config = BranchConfig(
        graft_after=GRAFT_AFTER.value,
        last_block=LAST_BLOCK.value,
        pooling=POOLING.value,
        reduction=REDUCTION.value,
        steps=STEPS.value,
        dropout=DROPOUT.value,
        views=VIEWS.value,
        validation=VALIDATION.value,
        **TRAINING(),
    )
    trunk = trunk_flag.trunk_version(workspace)
    for name in TASK.value:
        workspace.training_examples(name)
    for name in TASK.value:
        version = train_branch(
            workspace,
            name,
            config,
            trunk_version=trunk,
            cache_directory=cache_flag.cache_directory(workspace),
            provenance=shell.provenance(),
        )
        print(f"branch {name} {version}", flush=True)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
