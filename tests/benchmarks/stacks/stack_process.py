"""One kind of work under one TensorFlow, timed on request.

    PYTHON stack_process.py composed|trunk|branch MODEL

Each line on stdin is answered with the seconds of one run: MODEL's answer, or a training step.
"""

import sys
import time
from collections.abc import Callable

import numpy as np


def main() -> None:
    kind, model = sys.argv[1:]
    run = {"composed": lambda: _composed(model), "trunk": _trunk, "branch": _branch}[kind]()
    for _ in sys.stdin:
        started = time.perf_counter()
        run()
        print(time.perf_counter() - started, flush=True)


def _composed(model: str) -> Callable[[], object]:
    from serving.model_server.models.servable import Servable
    from serving.model_server.models.weight_layouts import keep_weight_layouts
    from serving.model_server.requests.limits import Limits

    keep_weight_layouts()
    import tensorflow as tf

    images = np.random.default_rng(0).integers(0, 256, (4, 299, 299, 3), np.uint8)
    servable, given = Servable(model, 1), {"images": tf.make_tensor_proto(images)}
    return lambda: servable.predict("serving_default", given, limits=Limits())


def _trunk() -> Callable[[], object]:
    from graftnet_tf.data.augmentation import Augmentation
    from graftnet_tf.data.preprocessing import Preprocessing
    from graftnet_tf.models.blocks import Blocks
    from graftnet_tf.training.loop import Optimization
    from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
    from graftnet_tf.workspace.tasks import Task

    side, count, optimization = 150, 8, Optimization()
    trunk = DynamicTrunk(
        Blocks(),
        [Task.binary("first"), Task.binary("second")],
        Preprocessing(side, side),
        Augmentation(),
        optimization.make(steps=1000),
        optimization.make_constant,
        "float32",
    )
    images = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), np.uint8)
    labels, weights = np.arange(count, dtype=np.int32) % 2, np.ones(count, np.float32)
    return lambda: trunk.train(0, images, labels, weights, (0, 0))


def _branch() -> Callable[[], object]:
    import tensorflow as tf

    from graftnet_tf.branch.branch import Branch
    from graftnet_tf.models.backbones import INCEPTION_V3
    from graftnet_tf.models.blocks import Blocks
    from graftnet_tf.training.loop import Optimization
    from graftnet_tf.workspace.tasks import Task

    count, optimizer = 16, Optimization().make(steps=1000)
    blocks = Blocks(INCEPTION_V3.graft_after + 1)
    branch = Branch(blocks, Task.binary("first"), "gap")
    channels = INCEPTION_V3.channels[INCEPTION_V3.graft_after]
    features = np.random.default_rng(0).random((count, 17, 17, channels), np.float32)
    labels = np.arange(count, dtype=np.int32) % 2
    variables = branch.open_variables
    optimizer.build(variables)

    @tf.function
    def step(inputs: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, branch.logits(inputs))
            loss = tf.reduce_mean(losses)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    return lambda: step(features)


if __name__ == "__main__":
    main()
