"""One batch, one task: a step changes the active head alone, bit for bit."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.training.distributed.cluster import Cluster
from graftnet_tf.training.distributed.supervisor import free_addresses
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.trunk.task_heads import Heads
from graftnet_tf.workspace.tasks import Task

TASKS = (
    Task.binary("bald"),
    Task("gender", ("other", "male", "female"), {"male": "male"}),
    Task.binary("suit"),
)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (4, 75, 75, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 1, 0], np.int32)
WEIGHTS = np.array([1, 2, 0.5, 1], np.float32)


@pytest.fixture(scope="module")
def stem():
    return Blocks(0, 0)


def make(blocks, optimizer, precision="float32", **settings):
    optimization = Optimization(optimizer, learning_rate=1e-2, weight_decay=1e-2, **settings)
    return DynamicTrunk(
        blocks,
        TASKS,
        Preprocessing(75, 75),
        Augmentation(),
        optimization.make_constant(),
        optimization.make_constant,
        precision,
    )


def head_states(heads):
    return [
        [variable.numpy() for variable in (*dense.variables, *optimizer.variables)]
        for dense, optimizer in zip(heads.denses, heads.optimizers, strict=True)
    ]


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [("sgd", {}), ("adam", {}), ("adamw", {"clip": 1.0}), ("adamw", {"precision": "bfloat16"})],
)
def test_a_step_changes_the_active_head_alone(stem, optimizer, settings):
    model = make(stem, optimizer, **settings)
    for task in range(len(TASKS)):
        model.train(task, IMAGES, LABELS, WEIGHTS, (task, 0))
    for state in head_states(model.heads):
        assert all(np.any(array) for array in state), "every slot has something to lose"

    for task in (1, 0, 2):
        heads = head_states(model.heads)
        trunk = [variable.numpy() for variable in stem.open_variables]
        model.train(task, IMAGES, LABELS, WEIGHTS, (10 + task, 0))
        for number, (before, after) in enumerate(zip(heads, head_states(model.heads), strict=True)):
            kept = [np.array_equal(*pair) for pair in zip(before, after, strict=True)]
            if number == task:
                assert not all(kept[:2])
                assert not any(kept[2:3]), "the optimizer's count of steps"
            else:
                assert all(kept)
        assert not any(
            np.array_equal(before, variable)
            for before, variable in zip(trunk, stem.open_variables, strict=True)
        )


def test_a_task_id_out_of_range_is_refused_before_any_head_changes(stem):
    model = make(stem, "sgd")
    before = head_states(model.heads)
    for task in (-1, len(TASKS)):
        with pytest.raises(tf.errors.InvalidArgumentError, match="Task id out of range"):
            model.train(task, IMAGES, LABELS, WEIGHTS, (0, 0))
    for old, new in zip(before, head_states(model.heads), strict=True):
        assert all(np.array_equal(*pair) for pair in zip(old, new, strict=True))


@pytest.fixture(scope="module")
def heads():
    return Heads(TASKS, 2, tf.keras.optimizers.SGD)


def test_the_loss_is_the_weighted_cross_entropy_of_the_active_head(heads):
    heads.denses[1].set_weights([np.array([[1.0, 0, 0], [0, 1, 0]]), np.array([0.0, 0, 1])])
    losses = heads.loss(
        tf.constant(1),
        tf.constant([[2.0, 0.0], [0.0, 3.0]]),
        tf.constant([0, 2]),
        tf.constant([1.0, 0.5]),
    )
    expected = [
        -np.log(np.exp(2) / (np.exp(2) + 1 + np.e)),
        -0.5 * np.log(np.e / (1 + np.exp(3) + np.e)),
    ]
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_heads_that_are_not_active_are_not_evaluated(heads):
    graph = tf.function(heads.loss).get_concrete_function(
        tf.TensorSpec([], tf.int32),
        tf.TensorSpec([None, 2]),
        tf.TensorSpec([None], tf.int32),
        tf.TensorSpec([None]),
    )
    case = [
        node for node in graph.graph.as_graph_def().node if node.op in ("Case", "StatelessCase")
    ]
    assert len(case) == 1
    assert len(case[0].attr["branches"].list.func) == len(TASKS)
    outside = {node.op for node in graph.graph.as_graph_def().node}
    assert "MatMul" not in outside
    assert "SparseSoftmaxCrossEntropyWithLogits" not in outside


def start_steps(strategy, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.graftnet_tf.trunk.distributed_steps", strategy],
        cwd=os.path.join(os.path.dirname(__file__), "../../.."),
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def seen(process):
    stdout, stderr = process.communicate()
    assert process.returncode == 0, stderr
    return json.loads(stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def mirrored():
    """What two replicas of one process did, by precision."""
    return seen(start_steps("mirrored"))


@pytest.mark.parametrize(
    ("precision", "of_a_step", "of_the_loss"),
    [("float32", 1e-2, 1e-5), ("bfloat16", 0.25, 2**-7)],  # bfloat16 moves float32's by as much
)
def test_two_devices_do_what_one_does(mirrored, precision, of_a_step, of_the_loss):
    """With augmentation, and batch norms that are trained.

    Moving variances differ by N / (N - 1): on one device Keras takes the unbiased variance.
    """
    result = mirrored[precision]
    assert result["replicas"] == 2
    assert min(result["moved"]) > 1e-3
    assert max(result["difference_by_move"]) < of_a_step
    assert max(result["largest_differences_of_statistics"]) < 1e-3
    on_one, on_two = np.transpose(result["losses"])
    np.testing.assert_allclose(on_two, on_one, rtol=of_the_loss)


def test_heads_that_are_not_active_keep_every_bit_on_every_device(mirrored):
    assert all(result["inactive_heads_kept"] for result in mirrored.values())


def test_replicas_have_the_same_bits(mirrored):
    for result in mirrored.values():
        assert len(result["digests"]) == 2
        assert len(set(result["digests"])) == 1


@pytest.mark.slow
def test_two_processes_have_the_bits_of_two_devices(mirrored):
    addresses = free_addresses(2)
    configs = [Cluster(addresses, worker).to_tf_config() for worker in range(2)]
    processes = [start_steps("multiworker", TF_CONFIG=config) for config in configs]
    for worker, result in enumerate(seen(process)["float32"] for process in processes):
        assert (result["worker"], result["replicas"]) == (worker, 2)
        assert result["inactive_heads_kept"]
        assert result["digests"] == mirrored["float32"]["digests"][:1]
