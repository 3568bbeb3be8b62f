"""Steps of the dynamic trunk on one device and on two; prints how they compare, as JSON."""

import json

import numpy as np
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.models.inception_blocks import Blocks
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.workspace.tasks import Task

TASKS = (Task.binary("bald"), Task("gender", ("other", "male", "female"), {"male": "male"}))
ORDER = (0, 1, 0)


def build(strategy: tf.distribute.Strategy, arrays: list[np.ndarray] | None) -> DynamicTrunk:
    with strategy.scope():
        blocks = Blocks(0, 0)
        for norm in blocks.batch_norms():
            norm.trainable = False
        optimization = Optimization("sgd", learning_rate=1e-2, weight_decay=1e-2)
        model = DynamicTrunk(
            blocks,
            TASKS,
            Preprocessing(75, 75),
            Augmentation.none(),
            optimization.make_constant(),
            optimization.make_constant,
        )
        for variable, array in zip(weights(model), arrays or [], strict=bool(arrays)):
            variable.assign(array)
        return model


def weights(model: DynamicTrunk) -> list[tf.Variable]:
    return [*model.blocks.open_variables, *model.heads.head_variables]


def head_state(model: DynamicTrunk, task: int) -> list[tf.Variable]:
    return [*model.heads.denses[task].variables, *model.heads.optimizers[task].variables]


def replicas_agree(model: DynamicTrunk) -> bool:
    variables = [*weights(model), *model.optimizer.variables]
    variables += [v for task in range(len(TASKS)) for v in head_state(model, task)]
    return all(
        np.array_equal(copy, variable.values[0])
        for variable in variables
        for copy in variable.values
    )


def main() -> None:
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    one = build(tf.distribute.get_strategy(), None)
    start = [variable.numpy() for variable in weights(one)]
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    two = build(strategy, start)
    random = np.random.default_rng(0)
    losses, losses_on_one, kept = [], [], True
    for number, task in enumerate(ORDER):
        images = random.integers(0, 256, (4, 75, 75, 3), dtype=np.uint8)
        labels, shares = np.array([0, 1, 1, 0], np.int32), np.array([1, 2, 0.5, 1], np.float32)
        before = [variable.numpy() for variable in head_state(two, 1 - task)]
        losses_on_one.append(one.train(task, images, labels, shares, (number, 0)))
        with strategy.scope():
            losses.append(two.train(task, images, labels, shares, (number, 0)))
        after = [variable.numpy() for variable in head_state(two, 1 - task)]
        kept &= all(np.array_equal(*pair) for pair in zip(before, after, strict=True))
    ends = [[variable.numpy() for variable in weights(model)] for model in (one, two)]
    result = {
        "replicas": strategy.num_replicas_in_sync,
        "replicas_agree": replicas_agree(two),
        "inactive_heads_kept": kept,
        "moved": float(max(np.abs(a - b).max() for a, b in zip(start, ends[1], strict=True))),
        "largest_difference": float(max(np.abs(a - b).max() for a, b in zip(*ends, strict=True))),
        "losses": losses,
        "losses_on_one_device": losses_on_one,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
