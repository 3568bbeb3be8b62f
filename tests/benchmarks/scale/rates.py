"""Images a second of what trainings and servers do over and over, beside the machine's own rate."""

import dataclasses
import statistics
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.flops import BACKWARD, BlockCosts
from graftnet_tf.pooling import gap
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.workspace.tasks import Task

SIDE = 299
GRAFT_AFTER = 7
_BATCH = 32
_MATRIX = 4096
_TASK = Task.binary("task")
_OPTIMIZATION = Optimization("adamw", learning_rate=1e-4)


@dataclasses.dataclass(frozen=True)
class Rates:
    """In one precision, at 299×299; medians of turns taken with all others.

    Attributes:
      trunk: Images a second of training all blocks.
      features: Images a second through the frozen blocks.
      branch: Images a second of training the blocks after them on features.
      shares: Share of the float32 matrix product's multiply-adds a second, of each of these.
    """

    trunk: float
    features: float
    branch: float
    shares: dict[str, float]


def measure(precisions: tuple[str, ...], turns: int) -> tuple[float, dict[str, Rates]]:
    """(multiply-adds a second of the float32 product of 4096×4096, rates by precision)."""
    works = {
        (precision, name): work
        for precision in precisions
        for name, work in _works(precision).items()
    }
    for work in works.values():
        work()
    times: dict[object, list[float]] = {key: [] for key in [*works, "product"]}
    product = _product()
    for _ in range(turns):
        for key, work in [*works.items(), ("product", product)]:
            started = time.perf_counter()
            work()
            times[key].append(time.perf_counter() - started)
    median = {key: statistics.median(some) for key, some in times.items()}
    rate = _MATRIX**3 / median["product"]
    needed = multiply_adds()
    return rate, {
        precision: Rates(
            **{name: _BATCH / median[precision, name] for name in needed},
            shares={
                name: round(_BATCH * some / median[precision, name] / rate, 2)
                for name, some in needed.items()
            },
        )
        for precision in precisions
    }


def multiply_adds() -> dict[str, int]:
    """Multiply-adds of an image, by what `Rates` tells."""
    costs = BlockCosts.of(SIDE, SIDE)
    return {
        "trunk": (1 + BACKWARD) * costs.forward(0, INCEPTION_V3.last),
        "features": costs.forward(0, GRAFT_AFTER),
        "branch": (1 + BACKWARD) * costs.forward(GRAFT_AFTER + 1, INCEPTION_V3.last),
    }


def _works(precision: str) -> dict[str, Callable[[], object]]:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (_BATCH, SIDE, SIDE, 3), np.uint8)
    labels, ones = np.zeros(_BATCH, np.int32), np.ones(_BATCH, np.float32)
    model = DynamicTrunk(
        Blocks(),
        [_TASK],
        Preprocessing(SIDE, SIDE),
        Augmentation(),
        _OPTIMIZATION.make(steps=1000),
        _OPTIMIZATION.make_constant,
        precision,
    )
    frozen = tf.function(FoldedBlocks(Blocks(0, GRAFT_AFTER), precision))
    inputs = tf.constant(random.uniform(-1, 1, images.shape), tf.float32)
    features = frozen(inputs)
    return {
        "trunk": lambda: model.train(0, images, labels, ones, (0, 0)),
        "features": lambda: frozen(inputs).numpy(),
        "branch": _branch(precision, features),
    }


def _branch(precision: str, features: tf.Tensor) -> Callable[[], object]:
    blocks = Blocks(GRAFT_AFTER + 1, INCEPTION_V3.last)
    dense = tf.keras.layers.Dense(2)
    dense.build((None, INCEPTION_V3.channels[INCEPTION_V3.last]))
    variables = blocks.open_variables + dense.trainable_variables
    optimizer = _OPTIMIZATION.make_constant()
    optimizer.build(variables)
    trained = blocks.computed_in(precision)

    @tf.function
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(dense(gap(trained(features)))))
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return lambda: step().numpy()


def _product() -> Callable[[], object]:
    matrix = tf.ones((_MATRIX, _MATRIX))
    return lambda: tf.linalg.matmul(matrix, matrix).numpy()
