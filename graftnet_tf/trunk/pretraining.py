"""Dynamic-graph pretraining: from a workspace's tasks to a published trunk (paper 3.1)."""

import contextlib
import dataclasses
import os
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf
from absl import logging

from graftnet_tf.data import labelled_images
from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.bounded_sample import bounded_sample
from graftnet_tf.data.labelled_images import LabelledImages
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.data.task_sampling import Schedule, sampling_probabilities
from graftnet_tf.errors import GraftNetError
from graftnet_tf.features.prefetch import prefetch
from graftnet_tf.io import atomic_files
from graftnet_tf.io.run_lock import run_lock
from graftnet_tf.io.unreadable_log import UNREADABLE, UnreadableLog
from graftnet_tf.models import weights
from graftnet_tf.models.backbones import INCEPTION_V3, backbone_named
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.precision import AUTO, check_precision, settled_precision
from graftnet_tf.pooling import gap
from graftnet_tf.training import linear_probe
from graftnet_tf.training.batched_inference import apply_readable
from graftnet_tf.training.distributed.cluster import Cluster
from graftnet_tf.training.distributed.code_fingerprint import code_fingerprint
from graftnet_tf.training.distributed.meeting import meet
from graftnet_tf.training.distributed.replicas import Replicas
from graftnet_tf.training.distributed.strategy import AUTO_STRATEGY, MULTIWORKER, make_strategy
from graftnet_tf.training.loop import CHECKPOINTS, Loop, Optimization, run_key
from graftnet_tf.trunk import precise_bn, trunk
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.trunk.task_heads import Heads
from graftnet_tf.workspace.learnt_images import learnt_before
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.workspace import Workspace, four_digits

_HEAD_STRENGTH = 3e-3  # of the heads' linear probes: they go on to be trained
_RUN = "trunk-"  # and its key: a run's directory

Batch = tuple[int, np.ndarray, np.ndarray]  # task id, labels int32 [N], images uint8 [N, h, w, 3]

PROGRESS = os.path.join("runs", f"{_RUN}*", CHECKPOINTS, "*.index")  # of a workspace's runs
WORKER_WAIT = 300.0


@dataclasses.dataclass(frozen=True)
class TrunkConfig:
    """What `train_trunk` does.

    Examples:
      >>> from graftnet_tf import TrunkConfig
      >>> config = TrunkConfig(initial_weights="imagenet", steps=3000, train_from=3)
      >>> config.height, config.width, config.last_block
      (192, 96, None)

    Attributes:
      backbone: Name of the network, one of `BACKBONES`; or `saved_model:DIRECTORY`, which is not
        trained, see `frozen_backbone`.
      height, width: Height and width of the input, in pixels.
      pixel_range: Values, low and high, that the network takes; None for those that its weights
        were made for, of a SavedModel of float32 images 0 to 1.
      initial_weights: Initial weights, see `weights.initialise`.
      steps: Training steps; 0 publishes the initial weights as they are.
      batch: Images per step.
      train_from: First block that is trained; those below stay as they were.
      last_block: Last block trained and published; None for the backbone's last.
      sampling, temperature: Sampling of tasks, see `task_sampling.sampling_probabilities`.
      probe_heads: Whether each head starts from a linear probe on the initial features, which is
        worth it when these are good; None for where there are initial weights.
      probe_examples: Examples of a task, at most, that its head's probe is made of.
      optimization: Optimizer, rate and averaging of the blocks, and without schedule and averaging
        of the heads.
      augmentation: Augmentation of the training images.
      precision: Precision of the blocks' convolutions in training: "float32", "bfloat16", or
        "auto" for `native_precision`. All else, and what is published, is computed in float32.
      batch_statistics: Whether trained blocks' batch norms use the statistics of each batch, which
        are re-estimated at the end; else the stored ones, as branches do. Batches of one small task
        are poor statistics beside those of good weights. None for where there are no initial
        weights.
      norm_batches: Batches over which batch-norm statistics are re-estimated.
      checkpoint_every: Steps between checkpoints.
      seed: Random seed.
    """

    backbone: str = INCEPTION_V3.name
    height: int = 192
    width: int = 96
    pixel_range: tuple[float, float] | None = None
    initial_weights: str = weights.NONE
    steps: int = 2000
    batch: int = 32
    train_from: int = 0
    last_block: int | None = None
    sampling: str = "uniform"
    temperature: float = 2.0
    probe_heads: bool | None = None
    probe_examples: int = 2048
    optimization: Optimization = Optimization(ema=0.99)
    augmentation: Augmentation = Augmentation()
    precision: str = AUTO
    batch_statistics: bool | None = None
    norm_batches: int = 20
    checkpoint_every: int = 100
    seed: int = 0

    def __post_init__(self):
        network = backbone_named(self.backbone)
        last_block = network.last if self.last_block is None else self.last_block
        if not 0 <= self.train_from <= last_block <= network.last:
            raise GraftNetError(
                f"train_from {self.train_from} and last_block {last_block} given; "
                f"{network.title} has 0 ≤ train_from ≤ last_block ≤ {network.last}."
            )
        check_precision(self.precision)
        network.check_input(self.height, self.width)

    def settled(self) -> "TrunkConfig":
        """With what it leaves open decided: its end, how heads start, batch norms, precision.

        A SavedModel has no steps.
        """
        network = backbone_named(self.backbone)
        start_known = self.initial_weights != weights.NONE
        return dataclasses.replace(
            self,
            steps=0 if network.directory else self.steps,
            last_block=network.last if self.last_block is None else self.last_block,
            probe_heads=start_known if self.probe_heads is None else self.probe_heads,
            batch_statistics=(
                not start_known if self.batch_statistics is None else self.batch_statistics
            ),
            precision=settled_precision(self.precision),
        )


def train_trunk(
    workspace: Workspace,
    config: TrunkConfig = TrunkConfig(),
    *,
    tasks: Sequence[str] = (),
    strategy: str = AUTO_STRATEGY,
    worker_wait: float = WORKER_WAIT,
    provenance: Provenance = Provenance(),
) -> str:
    """Pretrains a trunk on single-label tasks, one batch of one task a step.

    A killed run resumes from its last checkpoint when called again with the same
    arguments, and then ends as it would have without the kill.

    The devices that share a batch decide about the order of sums alone: each image is augmented by
    its place in the batch, and batch norms use the statistics of the whole batch. With strategy
    "multiworker" it is called in all processes of the cluster, which share the workspace; each
    reads its part of every batch, and the chief alone publishes.

    Examples:
      >>> from graftnet_tf import TrunkConfig, Workspace, train_trunk
      >>> tiny = TrunkConfig(height=80, width=80, last_block=1, steps=2, batch=4)  # to try it
      >>> train_trunk(Workspace("workspace"), tiny)
      '0001'

    Args:
      workspace: Workspace with the tasks; the trunk is published there.
      config: Configuration of the training.
      tasks: Names of the tasks; all by default.
      strategy: Devices to train on, see `make_strategy`.
      worker_wait: Seconds to wait for the other workers at the start.
      provenance: Recorded in the manifest.

    Returns:
      The version of the published trunk, in every worker.

    Raises:
      GraftNetError: no task, an unknown one, or one with an empty class; a batch that the replicas
        cannot share equally; a cluster that is not described, or a worker that does not come or is
        to do something else.
      LostWorkerError: a worker was lost on the way; all are to be started again.
    """
    started = time.monotonic()
    cluster = Cluster.from_environment() if strategy == MULTIWORKER else None
    config = config.settled()
    tf.keras.utils.set_random_seed(config.seed)
    splits = workspace.training_splits(tasks)
    network = backbone_named(config.backbone)
    pixel_range = config.pixel_range or weights.value_range(config.initial_weights, network)
    preprocessing = Preprocessing(config.height, config.width, *pixel_range)
    labelled = labelled_images.label(splits, preprocessing)
    job = _Job(workspace, config, preprocessing, labelled, started, provenance)
    if cluster is None:
        return job.run(make_strategy(strategy))
    meet(cluster, job.card(), wait=worker_wait)
    cluster.tell_tensorflow()
    with cluster.losses_told():
        return job.run(make_strategy(strategy))


@dataclasses.dataclass(frozen=True)
class _Job:
    """What one call of `train_trunk` does in each of its processes.

    Attributes:
      workspace, config, provenance: See `train_trunk`.
      preprocessing: Preprocessing of the trunk.
      labelled: Images of its tasks.
      started: `time.monotonic()` when it began.
    """

    workspace: Workspace
    config: TrunkConfig
    preprocessing: Preprocessing
    labelled: LabelledImages
    started: float
    provenance: Provenance

    def card(self) -> dict[str, str]:
        """Fingerprints of all that workers must have in common."""
        source = self.config.initial_weights
        return {
            "code": code_fingerprint(),
            "flags": run_key(dataclasses.asdict(self.config)),
            "initial weights": (
                atomic_files.sha256(source) if tf.io.gfile.exists(source) else source
            ),
            **self.labelled.inputs,
        }

    def run(self, strategy: tf.distribute.Strategy) -> str:
        """Trains, and publishes from the chief; returns the version in every process."""
        with strategy.scope():
            replicas = Replicas()
        replicas.check_divides(self.config.batch)
        blocks = Blocks(0, self.config.last_block, backbone_named(self.config.backbone))
        weights.initialise(blocks, self.config.initial_weights)
        blocks.freeze_below(self.config.train_from)
        initial = blocks.fingerprints("")[str(blocks.last)]
        inputs = {"initial_weights": initial, **self.labelled.inputs}
        loop: Loop | None = None
        losses: dict[str, float] = {}
        with contextlib.ExitStack() as held:
            if self.config.steps:
                key = run_key({"config": dataclasses.asdict(self.config), "inputs": inputs})
                directory = self.workspace.path("runs", f"{_RUN}{key}")
                if replicas.is_chief:
                    held.enter_context(run_lock(directory))
                with strategy.scope():
                    loop, losses = self._train(directory, blocks, replicas)
            if not replicas.is_chief:
                (number,) = replicas.from_chief([np.zeros((), np.int64)])
                return four_digits(int(number))
            version = self._publish(blocks, inputs, loop, losses)
        with contextlib.suppress(tf.errors.UnavailableError):  # it is published, whoever is lost
            replicas.from_chief([np.array(int(version), np.int64)])
        return version

    def _train(
        self, directory: str, blocks: Blocks, replicas: Replicas
    ) -> tuple[Loop, dict[str, float]]:
        """Trains the blocks in place; returns the loop run and each task's running loss."""
        config, labelled = self.config, self.labelled
        optimization = config.optimization
        optimizer = optimization.make(config.steps)
        trained = Blocks(0, blocks.last, blocks.backbone, synchronized=replicas.count > 1)
        trained.assign(blocks)
        model = DynamicTrunk(
            trained,
            [some.task for some in labelled.tasks],
            self.preprocessing,
            config.augmentation,
            optimizer,
            optimization.make_constant,
            config.precision,
            batch_statistics=bool(config.batch_statistics),
        )
        labelled.reader.keep_log(UnreadableLog(_unreadable_log(directory, replicas.worker)))
        loop = Loop(directory, config.steps, checkpoint_every=config.checkpoint_every, model=model)
        if config.probe_heads and not loop.resumed:
            if replicas.is_chief:
                _probe_heads(
                    model.heads,
                    blocks,
                    self.preprocessing,
                    labelled,
                    config.probe_examples,
                    config.seed,
                )
            variables = model.heads.head_variables
            arrays = replicas.from_chief([variable.numpy() for variable in variables])
            for variable, array in zip(variables, arrays, strict=True):
                variable.assign(array)
        losses = loop.run(self._step_of(model), self._batches(loop, replicas), description="Trunk")
        if optimization.ema:
            optimizer.finalize_variable_values(trained.open_variables)
        blocks.assign(trained)
        return loop, losses

    def _batches(self, loop: Loop, replicas: Replicas) -> Iterator[Batch]:
        """This process's share of each batch that is left; only its images are read."""
        config, tasks = self.config, self.labelled.tasks
        sizes = [len(some.rows) for some in tasks]
        probabilities = sampling_probabilities(
            sizes, config.sampling, temperature=config.temperature
        )
        schedule = Schedule(sizes, probabilities, config.batch, config.seed)
        schedule.skip(loop.step)

        def read(drawn: tuple[int, np.ndarray]) -> Batch:
            task_id, chosen = drawn
            some = tasks[task_id]
            chosen, images = some.batch(replicas.share(chosen), self.labelled.reader.read)
            return task_id, some.labels[chosen], images

        return prefetch(read, (schedule.next() for _ in range(loop.step, loop.steps)))

    def _step_of(self, model: DynamicTrunk) -> Callable[[int, Batch], tuple[str, float]]:
        def step(number: int, given: Batch) -> tuple[str, float]:
            task_id, labels, images = given
            some = self.labelled.tasks[task_id]
            shares = some.class_weights[labels]
            loss = model.train(task_id, images, labels, shares, (number, self.config.seed))
            return some.task.name, loss

        return step

    def _publish(
        self, blocks: Blocks, inputs: dict[str, str], loop: Loop | None, losses: dict[str, float]
    ) -> str:
        """Re-estimates batch statistics that training used, and publishes; returns the version."""
        reasons = self.labelled.reader.reasons
        if loop and self.config.batch_statistics:
            batches = _mixed_batches(self.config, self.preprocessing, self.labelled)
            precise_bn.recompute_bn_statistics(blocks, batches)
        if loop:
            for path in tf.io.gfile.glob(_unreadable_log(loop.directory, "*")):
                reasons |= atomic_files.read_json(path)
            reasons |= self.labelled.reader.reasons
        version = trunk.publish(
            self.workspace.path("trunks"),
            blocks,
            self.preprocessing,
            content={
                "tasks": [some.task.name for some in self.labelled.tasks],
                "config": dataclasses.asdict(self.config),
                "metrics": {"loss": losses},
                "waiting": loop.waiting if loop else 0.0,
                "unreadable": reasons,
            },
            learnt=self._learnt(),
            build_info=BuildInfo(inputs, self.config.seed, self.started, self.provenance),
        )
        if loop:
            loop.discard()
        logging.info("Published trunk %s.", version)
        return version

    def _learnt(self) -> dict[str, np.ndarray] | None:
        """What the trunk learnt from, its initial weights included; None where that is unknown."""
        learnt = learnt_before(self.config.initial_weights)
        if learnt is None or not self.config.steps:
            return learnt
        contents = self.labelled.reader.contents
        for some in self.labelled.tasks:
            before = learnt.get(some.task.name, contents[:0])
            learnt[some.task.name] = np.concatenate([before, contents[some.rows]])
        return learnt


def _unreadable_log(directory: str, worker: int | str) -> str:
    """The log of what a worker of a run found to be unreadable."""
    name = f"worker-{worker}-{UNREADABLE}" if worker else UNREADABLE
    return os.path.join(directory, CHECKPOINTS, name)


def _probe_heads(
    heads: Heads,
    blocks: Blocks,
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
        lambda images: gap(blocks(preprocessing.scale(images))),
        reader.read,
        rows[first],
        description="Features for the heads' start",
    )
    place_of = {content.tobytes(): n for n, content in enumerate(reader.contents[read])}
    for dense, some in zip(heads.denses, probed, strict=True):
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
        seeds = tf.random.split([number, 1], config.batch)
        yield preprocessing.scale(config.augmentation(images, seeds))
