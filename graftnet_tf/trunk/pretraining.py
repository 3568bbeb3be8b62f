"""Dynamic-graph pretraining: from a workspace's tasks to a published trunk (paper 3.1)."""

import dataclasses
import os
import time
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf
from absl import logging

from graftnet_tf.data import labelled_images
from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.bounded_sample import bounded_sample
from graftnet_tf.data.labelled_images import LabelledImages
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.data.task_sampling import Schedule, sampling_probabilities
from graftnet_tf.data.unreadable_log import UNREADABLE, UnreadableLog
from graftnet_tf.errors import GraftNetError
from graftnet_tf.features.prefetch import prefetch
from graftnet_tf.models import weights
from graftnet_tf.models.inception_blocks import LAST, MIN_SIDE, Blocks
from graftnet_tf.models.precision import AUTO, check_precision, settled_precision
from graftnet_tf.pooling import gap
from graftnet_tf.training import linear_probe
from graftnet_tf.training.batched_inference import apply_readable
from graftnet_tf.training.loop import CHECKPOINTS, Loop, Optimization, run_key
from graftnet_tf.trunk import precise_bn, trunk
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.workspace import Workspace

_HEAD_STRENGTH = 3e-3  # of the heads' linear probes: they go on to be trained


@dataclasses.dataclass(frozen=True)
class TrunkConfig:
    """What `train_trunk` does.

    Examples:
      >>> from graftnet_tf import TrunkConfig
      >>> config = TrunkConfig(initial_weights="imagenet", steps=3000, train_from=3)
      >>> config.height, config.width, config.last_block
      (192, 96, 10)

    Attributes:
      height, width: Height and width of the input, in pixels.
      initial_weights: Initial weights, see `weights.initialise`.
      steps: Training steps; 0 publishes the initial weights as they are.
      batch: Images per step.
      train_from: First block that is trained; those below stay as they were.
      last_block: Last block trained and published.
      sampling, temperature: Sampling of tasks, see `task_sampling.sampling_probabilities`.
      probe_heads: Whether each head starts from a linear probe on the initial features, which is
        worth it when these are good; None for where there are initial weights.
      probe_examples: Examples of a task, at most, that its head's probe is made of.
      optimization: Optimizer, rate and averaging of the blocks, and without schedule and averaging
        of the heads.
      augmentation: Augmentation of the training images.
      precision: Precision of the blocks' convolutions in training: "float32", "bfloat16", or
        "auto" for `native_precision`. All else, and what is published, is computed in float32.
      norm_batches: Batches over which batch-norm statistics are re-estimated.
      checkpoint_every: Steps between checkpoints.
      seed: Random seed.
    """

    height: int = 192
    width: int = 96
    initial_weights: str = weights.NONE
    steps: int = 2000
    batch: int = 32
    train_from: int = 0
    last_block: int = LAST
    sampling: str = "uniform"
    temperature: float = 2.0
    probe_heads: bool | None = None
    probe_examples: int = 2048
    optimization: Optimization = Optimization(ema=0.99)
    augmentation: Augmentation = Augmentation()
    precision: str = AUTO
    norm_batches: int = 20
    checkpoint_every: int = 100
    seed: int = 0

    def __post_init__(self):
        if not 0 <= self.train_from <= self.last_block <= LAST:
            raise GraftNetError(
                f"train_from {self.train_from} and last_block {self.last_block} given; "
                f"expected 0 ≤ train_from ≤ last_block ≤ {LAST}."
            )
        check_precision(self.precision)
        if min(self.height, self.width) < MIN_SIDE:
            raise GraftNetError(
                f"Input {self.height}×{self.width} given; InceptionV3 needs at least "
                f"{MIN_SIDE}×{MIN_SIDE}."
            )

    def settled(self) -> "TrunkConfig":
        """With what it leaves open decided: how the heads start, and the precision."""
        start_known = self.initial_weights != weights.NONE
        return dataclasses.replace(
            self,
            probe_heads=start_known if self.probe_heads is None else self.probe_heads,
            precision=settled_precision(self.precision),
        )


def train_trunk(
    workspace: Workspace,
    config: TrunkConfig = TrunkConfig(),
    *,
    tasks: Sequence[str] = (),
    provenance: Provenance = Provenance(),
) -> str:
    """Pretrains a trunk on single-label tasks, one batch of one task a step.

    A killed run resumes from its last checkpoint when called again with the same
    arguments, and then ends as it would have without the kill.

    Examples:
      >>> from graftnet_tf import TrunkConfig, Workspace, train_trunk
      >>> tiny = TrunkConfig(height=80, width=80, last_block=1, steps=2, batch=4)  # to try it
      >>> train_trunk(Workspace("workspace"), tiny)
      '0001'

    Args:
      workspace: Workspace with the tasks; the trunk is published there.
      config: Configuration of the training.
      tasks: Names of the tasks; all by default.
      provenance: Recorded in the manifest.

    Returns:
      The version of the published trunk.

    Raises:
      GraftNetError: no task, an unknown one, or one with an empty class.
    """
    started = time.monotonic()
    config = config.settled()
    tf.keras.utils.set_random_seed(config.seed)
    names = list(tasks) or workspace.task_names()
    if not names:
        raise GraftNetError(f"{workspace.root} has no tasks; make some with prepare_tasks.")
    splits = [workspace.training_split(name) for name in names]
    preprocessing = Preprocessing(
        config.height, config.width, *weights.value_range(config.initial_weights)
    )
    with _strategy().scope():
        blocks = Blocks(0, config.last_block)
        weights.initialise(blocks, config.initial_weights)
        blocks.freeze_below(config.train_from)
        labelled = labelled_images.label(splits, preprocessing)
        initial = blocks.fingerprints("")[str(blocks.last)]
        inputs = {"initial_weights": initial, **labelled.inputs}
        loop: Loop | None = None
        losses: dict[str, float] = {}
        if config.steps:
            key = run_key({"config": dataclasses.asdict(config), "inputs": inputs})
            directory = workspace.path("runs", f"trunk-{key}")
            loop, losses = _train(directory, config, blocks, preprocessing, labelled)
    version = trunk.publish(
        workspace.path("trunks"),
        blocks,
        preprocessing,
        content={
            "tasks": names,
            "config": dataclasses.asdict(config),
            "metrics": {"loss": losses},
            "waiting": loop.waiting if loop else 0.0,
            "unreadable": labelled.reader.reasons,
        },
        build_info=BuildInfo(inputs, config.seed, started, provenance),
    )
    if loop:
        loop.discard()
    logging.info("Published trunk %s.", version)
    return version


def _strategy() -> tf.distribute.Strategy:
    """All GPUs where there are several, else the one device there is."""
    several = len(tf.config.list_physical_devices("GPU")) > 1
    return tf.distribute.MirroredStrategy() if several else tf.distribute.get_strategy()


def _train(
    directory: str,
    config: TrunkConfig,
    blocks: Blocks,
    preprocessing: Preprocessing,
    labelled: LabelledImages,
) -> tuple[Loop, dict[str, float]]:
    """Trains the blocks in place; returns the loop run and each task's running loss."""
    optimization = config.optimization
    optimizer = optimization.make(config.steps)
    model = DynamicTrunk(
        blocks,
        [some.task for some in labelled.tasks],
        preprocessing,
        config.augmentation,
        optimizer,
        optimization.make_constant,
        config.precision,
    )
    labelled.reader.keep_log(UnreadableLog(os.path.join(directory, CHECKPOINTS, UNREADABLE)))
    loop = Loop(directory, config.steps, checkpoint_every=config.checkpoint_every, model=model)
    if config.probe_heads and not loop.resumed:
        _probe_heads(model, preprocessing, labelled, config.probe_examples, config.seed)
    sizes = [len(some.rows) for some in labelled.tasks]
    probabilities = sampling_probabilities(sizes, config.sampling, temperature=config.temperature)
    schedule = Schedule(sizes, probabilities, config.batch, config.seed)
    schedule.skip(loop.step)

    def read(drawn: tuple[int, np.ndarray]) -> tuple[int, np.ndarray, np.ndarray]:
        task_id, chosen = drawn
        some = labelled.tasks[task_id]
        chosen, images = some.batch(chosen, labelled.reader.read)
        return task_id, some.labels[chosen], images

    def step(number: int, given: tuple[int, np.ndarray, np.ndarray]) -> tuple[str, float]:
        task_id, labels, images = given
        some = labelled.tasks[task_id]
        shares = some.class_weights[labels]
        loss = model.train(task_id, images, labels, shares, (number, config.seed))
        return some.task.name, loss

    drawn = (schedule.next() for _ in range(loop.step, loop.steps))
    losses = loop.run(step, prefetch(read, drawn), description="Trunk")
    if optimization.ema:
        optimizer.finalize_variable_values(blocks.open_variables)
    precise_bn.recompute_bn_statistics(blocks, _mixed_batches(config, preprocessing, labelled))
    return loop, losses


def _probe_heads(
    model: DynamicTrunk,
    preprocessing: Preprocessing,
    labelled: LabelledImages,
    most: int,
    seed: int,
) -> None:
    reader = labelled.reader
    random = np.random.default_rng([seed, 5])
    probed = [some.subset(bounded_sample(some.labels, most, random)) for some in labelled.tasks]
    rows = np.concatenate([some.rows for some in probed])
    _, first = np.unique(reader.contents[rows], axis=0, return_index=True)
    read, features = apply_readable(
        reader,
        lambda images: gap(model.blocks(preprocessing.scale(images))),
        reader.read,
        rows[first],
        description="Features for the heads' start",
    )
    place_of = {content.tobytes(): n for n, content in enumerate(reader.contents[read])}
    for dense, some in zip(model.heads.denses, probed, strict=True):
        left = some.readable()
        own = [place_of[content.tobytes()] for content in reader.contents[left.rows]]
        linear_probe.start(dense, features[own], left.labels, strength=_HEAD_STRENGTH)


def _mixed_batches(
    config: TrunkConfig, preprocessing: Preprocessing, labelled: LabelledImages
) -> Iterator[tf.Tensor]:
    """Batches in which every image comes from a task drawn uniformly."""
    random = np.random.default_rng([config.seed, 2])
    for number in range(config.norm_batches):
        tasks = random.integers(len(labelled.tasks), size=config.batch)
        drawn = [random.integers(len(labelled.tasks[task].rows), size=1) for task in tasks]
        chosen = np.concatenate(drawn)
        images = np.empty([config.batch, config.height, config.width, 3], np.uint8)
        for task in np.unique(tasks):
            own = tasks == task
            images[own] = labelled.tasks[task].batch(chosen[own], labelled.reader.read)[1]
        seed = tf.constant([number, 1])
        yield preprocessing.scale(config.augmentation(images, seed))
