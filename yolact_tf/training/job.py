"""A whole training from files to a weight file, told by its settings alone."""

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import tensorflow as tf
from absl import logging

from graftnet_tf.io import atomic_files
from graftnet_tf.io.run_lock import run_lock
from graftnet_tf.io.settings_file import write_or_diff
from graftnet_tf.io.unreadable_log import UNREADABLE, UnreadableLog
from graftnet_tf.training.distributed.replicas import Replicas
from graftnet_tf.training.distributed.strategy import AUTO_STRATEGY, make_strategy
from yolact_tf.checkpoints import weights_file
from yolact_tf.checkpoints.backbone_weights import load_backbone_weights
from yolact_tf.checkpoints.state_dict import load_torch_state_dict, torch_state_dict
from yolact_tf.data.augmentation import Augmentation
from yolact_tf.data.coco import CocoData, ExifOrientation, read_coco, require_objects
from yolact_tf.data.training_batches import training_batches
from yolact_tf.errors import YolactError
from yolact_tf.evaluation import evaluate, in_classes
from yolact_tf.models.yolact import Yolact, build_yolact
from yolact_tf.training.trainer import TrainConfig, train


class Source(NamedTuple):
    """A data set: COCO annotations, the folder of their images, its share of the samples."""

    annotations: str
    images: str
    share: float = 1.0


@dataclass(frozen=True)
class TrainingJob:
    """What a training is made of.

    Attributes:
      config: Name of a configuration.
      sources: Data to train on, of the same categories.
      training: How long, how weights are moved, what is kept.
      validation: Data that the kept weights are chosen by; None keeps the last ones.
      exif_orientation: How photos were annotated, see `AnnotatedImage`.
      weights: Weight file to start from; "" for fresh weights.
      backbone_weights: File that the backbone starts from (see `load_backbone_weights`).
      precision: Precision of the arithmetic, "float32" or "bfloat16".
      batch_size: Images in a step.
      augmentation: How samples are changed.
      max_objects: Greatest number of objects of a sample; the largest are kept of more.
    """

    config: str
    sources: tuple[Source, ...]
    training: TrainConfig
    validation: Source | None = None
    exif_orientation: ExifOrientation = ExifOrientation.UPRIGHT
    weights: str = ""
    backbone_weights: str = ""
    precision: str = "float32"
    batch_size: int = 8
    augmentation: Augmentation = Augmentation()
    max_objects: int = 32


def run(job: TrainingJob, directory: str, strategy: str = AUTO_STRATEGY) -> str:
    """Trains, or goes on where an earlier run of the same job in `directory` ended.

    Devices that share a batch decide about the order of sums alone; they are no part of the job.

    Args:
      job: What to train.
      directory: Directory of this job alone: its settings, checkpoints, summaries, weight file;
        `skipped.txt`, the images and objects that were left out beforehand, each with its reason;
        `unreadable.json`, why an image that was drawn gave way to another, by path; and, at the
        end, `manifest.json`.
      strategy: Devices to train on: "none", "mirrored" or "auto", see `make_strategy`.

    Returns:
      Path of the weight file.

    Raises:
      YolactError: the directory belongs to another job, something in the job is amiss, or a file
        system fails lastingly.
      GraftNetError: an unknown strategy, a batch that its replicas cannot share equally, or the
        training runs already in another process.
      SystemExit: SIGTERM came; the step was finished and a checkpoint made.
    """
    tf.keras.utils.set_random_seed(job.training.seed)
    devices = make_strategy(strategy)
    with devices.scope():
        replicas = Replicas()
    replicas.check_divides(job.batch_size)
    data = [
        (read_coco(source.annotations, source.images, job.exif_orientation), source.share)
        for source in job.sources
    ]
    require_objects([part for part, _ in data], "train on")
    classes = tuple(data[0][0].categories.values())
    data = [(_in_classes(part, classes), share) for part, share in data]
    score = _score_on(job, classes)
    with devices.scope():
        model = _initial(job, classes)
    unreadable = UnreadableLog(os.path.join(directory, UNREADABLE))
    batches = training_batches(
        data,
        model.config,
        job.batch_size,
        job.training.seed,
        augmentation=job.augmentation,
        max_objects=job.max_objects,
        unreadable=unreadable,
    )
    _claim(directory, job)
    skipped = [reason for part, _ in data for reason in part.skipped]
    atomic_files.write_text(
        os.path.join(directory, "skipped.txt"), "".join(f"{x}\n" for x in skipped)
    )
    images = sum(len(part.images) for part, _ in data)
    logging.info("%d images, %d things skipped (skipped.txt).", images, len(skipped))
    with run_lock(directory), devices.scope():
        trained = train(model, batches, directory, classes, job.training, score)
    manifest = os.path.join(directory, "manifest.json")
    if trained.steps or not tf.io.gfile.exists(manifest):
        content = {
            "weights": {os.path.basename(trained.weights): atomic_files.sha256(trained.weights)},
            "config": dataclasses.asdict(job),
            "metrics": {"mask_ap": trained.score},
            "images": images,
            "skipped": len(skipped),
            "unreadable": unreadable.reasons,
            "replicas": replicas.count,
            "waiting": trained.waiting,
        }
        atomic_files.write_json(manifest, content)
    return trained.weights


def _score_on(job: TrainingJob, classes: tuple[str, ...]) -> Callable[[Yolact], float] | None:
    """What gives a network's mask AP on the job's validation data, if it has any."""
    if not job.validation:
        return None
    aside = _in_classes(
        read_coco(job.validation.annotations, job.validation.images, job.exif_orientation),
        classes,
    )
    require_objects([aside], "validate on")
    return lambda network: evaluate(network, aside, progress=False).metrics["mask_ap"] or 0.0


def _initial(job: TrainingJob, classes: tuple[str, ...]) -> Yolact:
    earlier = weights_file.load(job.weights)[0] if job.weights else None
    model = build_yolact(job.config, len(classes) + 1, job.precision)
    if job.backbone_weights:
        load_backbone_weights(model, job.backbone_weights)
    if earlier:
        load_torch_state_dict(model, torch_state_dict(earlier))
    return model


def _in_classes(data: CocoData, classes: tuple[str, ...]) -> CocoData:
    """The annotations with their categories in the order of `classes`.

    Raises:
      YolactError: the categories have other names.
    """
    names = set(data.categories.values())
    if names != set(classes):
        raise YolactError(
            "All data of a training must have the same categories: "
            f"{', '.join(classes)} against {', '.join(sorted(names))}."
        )
    return in_classes(data, classes)[0]


def _claim(directory: str, job: TrainingJob) -> None:
    """Notes whose directory it is, and refuses another job's."""
    differing = write_or_diff(
        os.path.join(directory, "job.json"), dataclasses.asdict(job), error=YolactError
    )
    if differing:
        raise YolactError(
            f"{directory} holds a training with another "
            f"{', '.join(difference.name for difference in differing)}; give it the same "
            "settings to go on with it, or another directory."
        )
