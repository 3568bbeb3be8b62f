"""Flags that the training binaries share, with defaults of their own."""

import dataclasses
from collections.abc import Callable
from typing import Any

from absl import flags

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.models.precision import TRAINING_PRECISIONS
from graftnet_tf.training.loop import OPTIMIZERS
from graftnet_tf.trunk.pretraining import TrunkConfig
from pipelines import shell


def define(default: TrunkConfig | BranchConfig) -> Callable[[], dict[str, Any]]:
    """Defines the flags; the function returned gives the fields of a config from them."""
    batch = flags.DEFINE_integer("batch_size", default.batch, "Images per step.", lower_bound=1)
    optimizer = flags.DEFINE_enum(
        "optimizer", default.optimization.optimizer, OPTIMIZERS, "How weights are moved."
    )
    learning_rate = flags.DEFINE_float(
        "learning_rate",
        default.optimization.learning_rate,
        "Peak of the schedule.",
        lower_bound=0.0,
    )
    weight_decay = flags.DEFINE_float(
        "weight_decay",
        default.optimization.weight_decay,
        "Weight decay; decoupled.",
        lower_bound=0.0,
    )
    ema = flags.DEFINE_float(
        "ema",
        default.optimization.ema,
        "Momentum of the average of the weights that is kept; 0 for none.",
        lower_bound=0.0,
        upper_bound=1.0,
    )
    clip = flags.DEFINE_float(
        "clip",
        default.optimization.clip,
        "Largest global norm of the gradients; 0 for any.",
        lower_bound=0.0,
    )
    probe_examples = flags.DEFINE_integer(
        "probe_examples",
        default.probe_examples,
        "Examples of a task, at most, that a head's linear probe is made of.",
        lower_bound=100,
    )
    precision = flags.DEFINE_enum(
        "precision",
        default.precision,
        TRAINING_PRECISIONS,
        "Of convolutions in training; auto: bfloat16 where the machine has it. Weights, batch "
        "norms and what is published are float32.",
    )
    augment = flags.DEFINE_bool("augment", True, "Augment the training images.")
    checkpoint_every = flags.DEFINE_integer(
        "checkpoint_every", default.checkpoint_every, "Steps between checkpoints.", lower_bound=1
    )

    def fields() -> dict[str, Any]:
        return {
            "batch": batch.value,
            "optimization": dataclasses.replace(
                default.optimization,
                optimizer=optimizer.value,
                learning_rate=learning_rate.value,
                weight_decay=weight_decay.value,
                ema=ema.value,
                clip=clip.value,
            ),
            "probe_examples": probe_examples.value,
            "precision": precision.value,
            "augmentation": Augmentation() if augment.value else Augmentation.none(),
            "checkpoint_every": checkpoint_every.value,
            "seed": shell.SEED.value,
        }

    return fields
