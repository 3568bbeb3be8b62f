"""Steps of the dynamic trunk on several replicas; prints what they did, as JSON.

Its argument is the strategy's name: multiworker, or mirrored, on two logical CPU devices, which
are compared with one device.
"""

import hashlib
import json
import sys

import numpy as np
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.precision import BFLOAT16
from graftnet_tf.models.saved_model import FULL_PRECISION
from graftnet_tf.training.distributed.replicas import Replicas
from graftnet_tf.training.distributed.strategy import MIRRORED, make_strategy
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.workspace.tasks import Task

TASKS = (Task.binary("bald"), Task("gender", ("other", "male", "female"), {"male": "male"}))
ORDER = (0, 1, 0)


def build(precision: str, *, synchronized: bool) -> DynamicTrunk:
    optimization = Optimization("sgd", learning_rate=1e-2, weight_decay=1e-2)
    return DynamicTrunk(
        Blocks(0, 0, synchronized=synchronized),
        TASKS,
        Preprocessing(75, 75),
        Augmentation(),
        optimization.make_constant(),
        optimization.make_constant,
        precision,
    )


def weights(model: DynamicTrunk) -> list[tf.Variable]:
    return [*model.blocks.open_variables, *model.heads.head_variables]


def head_state(model: DynamicTrunk, task: int) -> list[tf.Variable]:
    return [*model.heads.denses[task].variables, *model.heads.optimizers[task].variables]


def statistics(model: DynamicTrunk) -> list[tf.Variable]:
    norms = model.blocks.batch_norms()
    return [variable for norm in norms for variable in (norm.moving_mean, norm.moving_variance)]


def state(model: DynamicTrunk) -> list[tf.Variable]:
    heads = [variable for task in range(len(TASKS)) for variable in head_state(model, task)]
    return [*model.blocks.open_variables, *statistics(model), *model.optimizer.variables, *heads]


def numbers(variables: list[tf.Variable]) -> list[np.ndarray]:
    return [variable.numpy() for variable in variables]


def distance(some: list[np.ndarray], others: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.square(a - b).sum() for a, b in zip(some, others, strict=True))))


def largest_difference(some: list[np.ndarray], others: list[np.ndarray]) -> float:
    return float(max(np.abs(a - b).max() for a, b in zip(some, others, strict=True)))


def digests(model: DynamicTrunk, strategy: tf.distribute.Strategy) -> list[str]:
    """Of the weights and slots of each replica of this process."""
    variables = [v for v in state(model) if v.trainable or "/m/" in v.name or "iter" in v.name]
    copies = [strategy.experimental_local_results(variable) for variable in variables]
    return [
        hashlib.sha256(b"".join(copy.numpy().tobytes() for copy in own)).hexdigest()
        for own in zip(*copies, strict=True)
    ]


def make_batch(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    images = np.random.default_rng(number).integers(0, 256, (4, 75, 75, 3), dtype=np.uint8)
    return images, np.array([0, 1, 1, 0], np.int32), np.array([1, 2, 0.5, 1], np.float32)


def run(strategy: tf.distribute.Strategy, precision: str, *, beside_one_device: bool) -> dict:
    """Steps on all replicas, and the same on one device, each from where the replicas are.

    From step to step, what rounding does grows at random.
    """
    with strategy.scope():
        tf.keras.utils.set_random_seed(0)
        several, replicas = build(precision, synchronized=True), Replicas()
    one = build(precision, synchronized=False) if beside_one_device else None
    differences, of_statistics, moved, losses, kept = [], [], [], [], True
    for number, task in enumerate(ORDER):
        if one:
            for variable, value in zip(state(one), numbers(state(several)), strict=True):
                variable.assign(value)
        before, inactive = numbers(weights(several)), numbers(head_state(several, 1 - task))
        batch = make_batch(number)
        with strategy.scope():
            loss = several.train(task, *map(replicas.share, batch), (number, 0))
        same = zip(inactive, numbers(head_state(several, 1 - task)), strict=True)
        kept &= all(np.array_equal(*pair) for pair in same)
        if one:
            losses.append((one.train(task, *batch, (number, 0)), loss))
            after, found = numbers(weights(one)), numbers(weights(several))
            moved.append(largest_difference(before, after))
            differences.append(distance(found, after) / distance(before, after))
            of_statistics.append(
                largest_difference(numbers(statistics(one)), numbers(statistics(several)))
            )
    return {
        "replicas": replicas.count,
        "worker": replicas.worker,
        "digests": digests(several, strategy),
        "inactive_heads_kept": kept,
        "moved": moved,
        "difference_by_move": differences,
        "largest_differences_of_statistics": of_statistics,
        "losses": losses,
    }


def main() -> None:
    name = sys.argv[1]
    if name == MIRRORED:
        cpu = tf.config.list_physical_devices("CPU")[0]
        two_devices = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, two_devices)
    strategy = make_strategy(name)
    precisions = (FULL_PRECISION, BFLOAT16) if name == MIRRORED else (FULL_PRECISION,)
    results = {
        precision: run(strategy, precision, beside_one_device=name == MIRRORED)
        for precision in precisions
    }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
