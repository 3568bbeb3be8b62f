"""Dynamic-graph pretraining of the trunk over a workspace's tasks."""

import sys

from absl import flags

from graftnet_tf.data.task_sampling import SAMPLINGS
from graftnet_tf.models.backbones import BACKBONES
from graftnet_tf.registry.tree import grafting_trunk
from graftnet_tf.training.distributed.cluster import LostWorkerError
from graftnet_tf.training.distributed.strategy import AUTO_STRATEGY, MULTIWORKER, STRATEGIES
from graftnet_tf.training.distributed.supervisor import LOST, supervise
from graftnet_tf.trunk.pretraining import PROGRESS, WORKER_WAIT, TrunkConfig, train_trunk
from graftnet_tf.workspace.workspace import Workspace
from pipelines import command_line, shell
from pipelines.flags import training_run
from pipelines.flags.library_check import accepted_by

_DEFAULT = TrunkConfig()

TASK = flags.DEFINE_list("task", [], "Tasks to train on; all by default.")
INITIAL_WEIGHTS = flags.DEFINE_string(
    "initial_weights",
    _DEFAULT.initial_weights,
    "none, imagenet (Keras's own download), or a file: an .npz archive (of InceptionV3, made for "
    "pixel values in [0, 1]), a Keras .h5 or .keras file, PyTorch's .pth of efficientnet_lite0, or "
    "a published trunk's weights.npz.",
)
BACKBONE = flags.DEFINE_string(
    "backbone",
    _DEFAULT.backbone,
    f"The network: {', '.join(BACKBONES)}, or saved_model:DIRECTORY, any SavedModel from images to "
    "features, which is not trained.",
)
PIXEL_RANGE = flags.DEFINE_list(
    "pixel_range",
    [],
    "Values that pixels 0 and 255 become, with a comma between; by default those that the weights "
    "were made for, and 0,1 for a SavedModel of float32 images.",
)
HEIGHT = flags.DEFINE_integer("height", _DEFAULT.height, "Input height in pixels.", lower_bound=1)
WIDTH = flags.DEFINE_integer("width", _DEFAULT.width, "Input width in pixels.", lower_bound=1)
STEPS = flags.DEFINE_integer(
    "steps", _DEFAULT.steps, "Training steps; 0 publishes the initial weights.", lower_bound=0
)
TRAIN_FROM = flags.DEFINE_integer(
    "train_from", _DEFAULT.train_from, "First block that is trained.", lower_bound=0
)
LAST_BLOCK = flags.DEFINE_integer(
    "last_block",
    _DEFAULT.last_block,
    "Last block that is trained and published; the backbone's last by default.",
    lower_bound=0,
)
SAMPLING = flags.DEFINE_enum(
    "sampling", _DEFAULT.sampling, SAMPLINGS, "How often each task gives a step's batch."
)
TEMPERATURE = flags.DEFINE_float(
    "temperature",
    _DEFAULT.temperature,
    "Of --sampling=tempered: 1 is by size, larger is nearer to uniform.",
)
PROBE_HEADS = flags.DEFINE_bool(
    "probe_heads",
    _DEFAULT.probe_heads,
    "Start heads from a linear probe; by default with initial weights.",
)
BATCH_STATISTICS = flags.DEFINE_bool(
    "batch_statistics",
    _DEFAULT.batch_statistics,
    "Batch norms of trained blocks use each batch's statistics, re-estimated at the end, and not "
    "the stored ones; by default without initial weights.",
)
NORM_BATCHES = flags.DEFINE_integer(
    "norm_batches",
    _DEFAULT.norm_batches,
    "Batches over which batch-norm statistics are re-estimated at the end.",
    lower_bound=1,
)
STRATEGY = flags.DEFINE_enum(
    "strategy",
    AUTO_STRATEGY,
    STRATEGIES,
    "Devices to train on: none, one; mirrored, all of this machine; multiworker, those of all "
    "processes that TF_CONFIG names, or a Kubernetes Indexed Job; auto, all GPUs there are.",
)
WORKERS = flags.DEFINE_integer(
    "workers",
    0,
    "Processes on this machine to train in together, which are started again if one is lost.",
    lower_bound=0,
)
WAIT = flags.DEFINE_float(
    "worker_wait",
    WORKER_WAIT,
    "Seconds to wait for the other workers at the start.",
    lower_bound=0.0,
)
TRAINING = training_run.define(_DEFAULT)


flags.register_multi_flags_validator(
    ["backbone", "height", "width", "train_from", "last_block"],
    accepted_by(lambda values: TrunkConfig(**values)),
)


@flags.validator("pixel_range", message="Expected two numbers, the lower first: -1,1.")
def _range(values: list[str]) -> bool:
    try:
        numbers = list(map(float, values))
    except ValueError:
        return False
    return not numbers or (len(numbers) == 2 and numbers[0] < numbers[1])


@flags.multi_flags_validator(
    ["workers", "strategy"],
    message="--workers starts processes of --strategy=multiworker: leave out one of the two.",
)
def _processes(values: dict) -> bool:
    return not values["workers"] or values["strategy"] == AUTO_STRATEGY


def main() -> None:
    workspace = shell.open_workspace()
    if WORKERS.value:
        supervise(_worker_command(), WORKERS.value, progress=workspace.path(PROGRESS))
        return
    try:
        version = _train(workspace)
    except LostWorkerError as error:
        command_line.fail(LOST, str(error))
    print(f"trunk {version}")
    default = grafting_trunk(workspace)
    if default != version:
        print(
            f"Branches go on trunk {default}, which is served, unless --trunk={version} is given "
            "to graftnet-train-branch and graftnet-compose."
        )


def _train(workspace: Workspace) -> str:
    return train_trunk(
        workspace,
        TrunkConfig(
            backbone=BACKBONE.value,
            pixel_range=_pixel_range(),
            height=HEIGHT.value,
            width=WIDTH.value,
            initial_weights=INITIAL_WEIGHTS.value,
            steps=STEPS.value,
            train_from=TRAIN_FROM.value,
            last_block=LAST_BLOCK.value,
            sampling=SAMPLING.value,
            temperature=TEMPERATURE.value,
            probe_heads=PROBE_HEADS.value,
            batch_statistics=BATCH_STATISTICS.value,
            norm_batches=NORM_BATCHES.value,
            **TRAINING(),
        ),
        tasks=TASK.value,
        strategy=STRATEGY.value,
        worker_wait=WAIT.value,
        provenance=shell.provenance(),
    )


def _pixel_range() -> tuple[float, float] | None:
    if not PIXEL_RANGE.value:
        return None
    low, high = map(float, PIXEL_RANGE.value)
    return low, high


def _worker_command() -> list[str]:
    """This command, as one of its workers."""
    return [sys.executable, *sys.orig_argv[1:], "--workers=0", f"--strategy={MULTIWORKER}"]


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
