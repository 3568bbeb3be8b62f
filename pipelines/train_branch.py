"""Fine-tunes one task's branch on the frozen trunk."""

from absl import flags

from graftnet_tf.augmentation import Augmentation
from graftnet_tf.branch_training import BranchConfig, train_branch
from graftnet_tf.pooling import POOLINGS
from graftnet_tf.training import OPTIMIZERS, Optimization
from pipelines import shell

_DEFAULT = BranchConfig()

TASK = flags.DEFINE_list("task", None, "Task to train; several are trained one after another.")
TRUNK = flags.DEFINE_string("trunk", None, "Version of the trunk; the newest by default.")
GRAFT_AFTER = flags.DEFINE_integer(
    "graft_after",
    _DEFAULT.graft_after,
    "Last trunk block that stays frozen and shared.",
    lower_bound=0,
    upper_bound=9,
)
LAST_BLOCK = flags.DEFINE_integer(
    "last_block", _DEFAULT.last_block, "Last block of the branch.", lower_bound=1, upper_bound=10
)
POOLING = flags.DEFINE_enum("pooling", _DEFAULT.pooling, sorted(POOLINGS), "Pooling.")
STEPS = flags.DEFINE_integer(
    "steps", _DEFAULT.steps, "Training steps; 0 publishes the linear probe.", lower_bound=0
)
BATCH = flags.DEFINE_integer("batch", _DEFAULT.batch, "Pictures per step.", lower_bound=1)
OPTIMIZER = flags.DEFINE_enum(
    "optimizer", _DEFAULT.optimization.optimizer, OPTIMIZERS, "Optimizer."
)
LEARNING_RATE = flags.DEFINE_float(
    "learning_rate",
    _DEFAULT.optimization.learning_rate,
    "Peak of the cosine schedule.",
    lower_bound=0.0,
)
WEIGHT_DECAY = flags.DEFINE_float(
    "weight_decay",
    _DEFAULT.optimization.weight_decay,
    "Decoupled weight decay.",
    lower_bound=0.0,
)
EMA = flags.DEFINE_float(
    "ema",
    _DEFAULT.optimization.ema,
    "Momentum of the average of the weights; 0: none.",
    lower_bound=0.0,
    upper_bound=1.0,
)
DROPOUT = flags.DEFINE_float(
    "dropout",
    _DEFAULT.dropout,
    "Rate on the pooled features.",
    lower_bound=0.0,
    upper_bound=0.99,
)
AUGMENT = flags.DEFINE_bool("augment", True, "Augment the training pictures.")
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
CACHE_DIR = flags.DEFINE_string(
    "cache_dir", None, "Local directory for features; WORKSPACE/cache by default."
)
CHECKPOINT_EVERY = flags.DEFINE_integer(
    "checkpoint_every", _DEFAULT.checkpoint_every, "Steps between checkpoints.", lower_bound=1
)


@flags.multi_flags_validator(
    ["graft_after", "last_block"], message="--graft_after must be less than --last_block."
)
def _shape(values: dict) -> bool:
    return values["graft_after"] < values["last_block"]


def main() -> None:
    if not TASK.value:
        raise flags.Error("--task is missing: name the task to train.")
    workspace = shell.open_workspace()
    config = BranchConfig(
        graft_after=GRAFT_AFTER.value,
        last_block=LAST_BLOCK.value,
        pooling=POOLING.value,
        steps=STEPS.value,
        batch=BATCH.value,
        optimization=Optimization(
            OPTIMIZER.value, LEARNING_RATE.value, WEIGHT_DECAY.value, EMA.value
        ),
        dropout=DROPOUT.value,
        augmentation=Augmentation() if AUGMENT.value else Augmentation.none(),
        views=VIEWS.value,
        validation=VALIDATION.value,
        checkpoint_every=CHECKPOINT_EVERY.value,
        seed=shell.SEED.value,
    )
    for name in TASK.value:
        version = train_branch(
            workspace,
            name,
            config,
            trunk_version=TRUNK.value,
            cache_directory=CACHE_DIR.value or workspace.path("cache"),
            provenance=shell.provenance(),
        )
        print(f"branch {name} {version}", flush=True)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
