"""Trains instance segmentation on data in COCO's format.

train_yolact --data=FILE.json,IMAGES[,SHARE] … --output=DIR --steps=N [--config=NAME]
"""

from absl import flags

from graftnet_tf.models.precision import AUTO, TRAINING_PRECISIONS, settled_precision
from graftnet_tf.training.distributed.strategy import AUTO_STRATEGY, MIRRORED, NONE
from pipelines import shell
from pipelines.flags.coco_images import EXIF_ORIENTATION
from yolact_tf.config import CONFIGS
from yolact_tf.data.augmentation import Augmentation
from yolact_tf.losses import MaskSupervision
from yolact_tf.training.job import Source, TrainingJob, run
from yolact_tf.training.optimizers import OPTIMIZERS, Optimization
from yolact_tf.training.trainer import TrainConfig

_OPTIMIZATION, _AUGMENTATION = Optimization(), Augmentation()
_SUPERVISION = MaskSupervision()

DATA = flags.DEFINE_multi_string(
    "data",
    None,
    "COCO annotations, folder of their images and share of the samples (1 by default), with "
    "commas between; several --data are mixed.",
    required=True,
)
VALIDATION = flags.DEFINE_string(
    "validation", None, "Annotations and folder whose mask AP chooses the weights that are kept."
)
OUTPUT = flags.DEFINE_string(
    "output", None, "Directory of this training; a rerun goes on where it stopped.", required=True
)
CONFIG = flags.DEFINE_enum("config", "yolact_resnet50_550", sorted(CONFIGS), "The network.")
INITIAL_WEIGHTS = flags.DEFINE_string(
    "initial_weights", "", "Weight file of a network to start from."
)
BACKBONE_WEIGHTS = flags.DEFINE_string(
    "backbone_weights",
    "",
    "What the backbone starts from: an .npz of InceptionV3, or torchvision's .pth of a ResNet.",
)
PRECISION = flags.DEFINE_enum(
    "precision",
    AUTO,
    TRAINING_PRECISIONS,
    "Of the arithmetic; auto: bfloat16 where the machine has it. Weights are float32.",
)
STRATEGY = flags.DEFINE_enum(
    "strategy",
    AUTO_STRATEGY,
    (AUTO_STRATEGY, NONE, MIRRORED),
    "Devices to train on: none, one; mirrored, all of this machine; auto, all GPUs there are.",
)
FROZEN = flags.DEFINE_string(
    "frozen", "", "The backbone's layer up to which its weights are kept, such as mixed0."
)
STEPS = flags.DEFINE_integer(
    "steps", 800_000, "Training steps, those of earlier runs included.", lower_bound=1
)
BATCH_SIZE = flags.DEFINE_integer("batch_size", 8, "Images per step.", lower_bound=1)
OPTIMIZER = flags.DEFINE_enum(
    "optimizer", _OPTIMIZATION.optimizer, OPTIMIZERS, "How weights are moved."
)
LEARNING_RATE = flags.DEFINE_float(
    "learning_rate", _OPTIMIZATION.learning_rate, "Peak of the schedule.", lower_bound=0.0
)
WARMUP_STEPS = flags.DEFINE_integer(
    "warmup_steps",
    _OPTIMIZATION.warmup_steps,
    "Steps over which the learning rate rises.",
    lower_bound=0,
)
MILESTONES = flags.DEFINE_list(
    "milestones",
    [str(share) for share in _OPTIMIZATION.milestones],
    "Shares of the run after which the learning rate falls to a tenth; none: a cosine.",
)
WEIGHT_DECAY = flags.DEFINE_float(
    "weight_decay", _OPTIMIZATION.weight_decay, "Weight decay; L2 with sgd.", lower_bound=0.0
)
CLIP = flags.DEFINE_float(
    "clip", _OPTIMIZATION.clip, "Largest global norm of the gradients; 0 for any.", lower_bound=0.0
)
EMA = flags.DEFINE_float(
    "ema",
    _OPTIMIZATION.ema,
    "Momentum of the average of the weights that is kept; 0 for none.",
    lower_bound=0.0,
    upper_bound=1.0,
)
LARGEST_EXPANSION = flags.DEFINE_float(
    "largest_expansion",
    _AUGMENTATION.expand_ratio[1],
    "How far images are zoomed out at most.",
    lower_bound=1.0,
)
COPY_PASTE = flags.DEFINE_float(
    "copy_paste",
    _AUGMENTATION.copy_paste,
    "Share of the samples that objects of others are pasted into.",
    lower_bound=0.0,
    upper_bound=1.0,
)
MAX_PASTED = flags.DEFINE_integer(
    "max_pasted", _AUGMENTATION.max_pasted, "How many, at most.", lower_bound=1
)
OVERLAP = flags.DEFINE_float(
    "overlap",
    _AUGMENTATION.overlap,
    "Share of those samples where they stand before objects that are there, partly over them.",
    lower_bound=0.0,
    upper_bound=1.0,
)
BOXED_MASK_WEIGHT = flags.DEFINE_float(
    "boxed_mask_weight",
    _SUPERVISION.boxed_mask_weight,
    "Weight of what boxes, colours and keypoints tell of masks where none is annotated.",
    lower_bound=0.0,
)
NEIGHBOUR_WEIGHT = flags.DEFINE_float(
    "neighbour_weight",
    _SUPERVISION.neighbour_weight,
    "What a mask's cell inside another object costs more than elsewhere; 1 doubles it.",
    lower_bound=0.0,
)
CHECKPOINT_EVERY = flags.DEFINE_integer(
    "checkpoint_every", 200, "Steps between checkpoints.", lower_bound=1
)
EVALUATE_EVERY = flags.DEFINE_integer(
    "evaluate_every",
    0,
    "Steps between evaluations on --validation; 0: only the last.",
    lower_bound=0,
)


def main() -> None:
    """Trains and prints the path of the weight file."""
    job = TrainingJob(
        config=CONFIG.value,
        sources=tuple(_source("data", text, share=True) for text in DATA.value),
        validation=_source("validation", VALIDATION.value) if VALIDATION.value else None,
        weights=INITIAL_WEIGHTS.value,
        backbone_weights=BACKBONE_WEIGHTS.value,
        exif_orientation=EXIF_ORIENTATION.value,
        precision=settled_precision(PRECISION.value),
        batch_size=BATCH_SIZE.value,
        augmentation=Augmentation(
            expand_ratio=(1.0, LARGEST_EXPANSION.value),
            copy_paste=COPY_PASTE.value,
            max_pasted=MAX_PASTED.value,
            overlap=OVERLAP.value,
        ),
        training=TrainConfig(
            steps=STEPS.value,
            seed=shell.SEED.value,
            optimization=Optimization(
                optimizer=OPTIMIZER.value,
                learning_rate=LEARNING_RATE.value,
                warmup_steps=WARMUP_STEPS.value,
                milestones=_shares(MILESTONES.value),
                weight_decay=WEIGHT_DECAY.value,
                clip=CLIP.value,
                ema=EMA.value,
            ),
            supervision=MaskSupervision(
                boxed_mask_weight=BOXED_MASK_WEIGHT.value, neighbour_weight=NEIGHBOUR_WEIGHT.value
            ),
            frozen=FROZEN.value,
            checkpoint_every=CHECKPOINT_EVERY.value,
            evaluate_every=EVALUATE_EVERY.value,
        ),
    )
    print(run(job, OUTPUT.value, STRATEGY.value))


def _source(flag: str, text: str, share: bool = False) -> Source:
    annotations, *rest = text.split(",")
    try:
        if len(rest) == 2 and share and float(rest[1]) > 0:
            return Source(annotations, rest[0], float(rest[1]))
    except ValueError:
        pass
    if len(rest) != 1:
        wanted = "ANNOTATIONS.json,IMAGES_DIR" + (",SHARE with a share above 0" if share else "")
        raise flags.Error(f"--{flag}={text} is not {wanted}.")
    return Source(annotations, rest[0])


def _shares(texts: list[str]) -> tuple[float, ...]:
    try:
        return tuple(float(text) for text in texts)
    except ValueError:
        raise flags.Error(f"--milestones={','.join(texts)} are not shares of the run.") from None


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
