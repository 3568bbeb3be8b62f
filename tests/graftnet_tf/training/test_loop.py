import os
import signal
import tempfile
import time

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.training import loop as loop_module
from graftnet_tf.training.distributed.replicas import Replicas
from graftnet_tf.training.loop import OPTIMIZERS, Loop, Optimization, run_key
from tests.killed_runs import Killed
from tests.summary_events import read_events


def run(directory, steps=10, *, kill=None, every=3):
    """Sums the numbers of the steps; returns (loop, sum, steps done now, running losses)."""
    total = tf.Variable(0.0)
    loop = Loop(str(directory), steps, checkpoint_every=every, total=total)
    done = []

    def step(number, given):
        assert given == f"input {number}"
        if number == kill:
            raise Killed
        done.append(number)
        total.assign_add(float(number))
        return f"task{number % 2}", float(number)

    try:
        given = (f"input {number}" for number in range(loop.step, steps))
        losses = loop.run(step, given, description="Test")
    except Killed:
        losses = None
    return loop, total.numpy(), done, losses


def test_a_killed_run_goes_on_from_its_newest_checkpoint(tmp_path):
    assert run(tmp_path, kill=8)[2] == list(range(8))
    loop, total, done, _ = run(tmp_path)
    assert done == [6, 7, 8, 9]
    assert total == sum(range(10))
    assert loop.step == 10


def test_sigterm_ends_a_run_after_its_step_with_a_checkpoint(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    loop = Loop(str(tmp_path), 10, checkpoint_every=100)
    done = []

    def step(number, given):
        if number == 4:
            signal.raise_signal(signal.SIGTERM)
        done.append(number)
        return "task", 1.0

    with pytest.raises(SystemExit) as ended:
        loop.run(step, iter(range(10)), description="Test")
    assert ended.value.code == 143
    assert done == [0, 1, 2, 3, 4]
    assert Loop(str(tmp_path), 10, checkpoint_every=100).step == 5
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_worker_that_is_not_the_chief_keeps_nothing(tmp_path, monkeypatch):
    class Another(Replicas):
        worker = property(lambda self: 1, lambda self, number: None)

    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(aside))
    monkeypatch.setattr(loop_module, "Replicas", Another)
    loop = Loop(str(tmp_path / "run"), 4, checkpoint_every=1, total=tf.Variable(0.0))

    def step(number, given):
        assert not os.listdir(aside), "or a kill would leave it"
        return "task", 1.0

    loop.run(step, range(4), description="Test")
    assert not (tmp_path / "run").exists()


def test_where_a_run_starts_from_is_kept(tmp_path):
    assert not run(tmp_path, steps=5, kill=0)[0].resumed
    assert Loop(str(tmp_path), 5, checkpoint_every=3, total=tf.Variable(0.0)).resumed


def test_a_finished_run_is_not_run_again_until_it_is_discarded(tmp_path):
    run(tmp_path)
    loop, total, done, losses = run(tmp_path)
    assert (done, losses) == ([], {})
    assert total == sum(range(10))
    loop.discard()
    assert run(tmp_path)[2] == list(range(10))


def test_a_run_without_steps_can_be_discarded(tmp_path):
    run(tmp_path, steps=0)[0].discard()


def test_running_losses_are_smoothed_by_task(tmp_path):
    losses = run(tmp_path, steps=5)[3]
    task0 = 0.9 * (0.9 * 0 + 0.1 * 2) + 0.1 * 4
    assert losses == {"task0": pytest.approx(task0), "task1": pytest.approx(0.9 * 1 + 0.1 * 3)}


def test_summaries_hold_every_loss_by_task(tmp_path):
    run(tmp_path, steps=4)
    (events,) = os.listdir(tmp_path / "summaries")
    found = [
        (event.step, value.tag, float(tf.make_ndarray(value.tensor)))
        for event in read_events(str(tmp_path / "summaries" / events))
        for value in event.summary.value
    ]
    losses = [entry for entry in found if entry[1] != "waiting"]
    assert losses == [(number, f"loss/task{number % 2}", float(number)) for number in range(4)]
    waiting = [(step, share) for step, tag, share in found if tag == "waiting"]
    assert [step for step, _ in waiting] == list(range(4))
    assert all(0 <= share <= 1 for _, share in waiting)


def test_what_steps_wait_for_is_told_apart_from_what_they_do(tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def inputs():
        for number in range(4):
            clock[0] += 1.0
            yield number

    def step(number, given):
        clock[0] += 3.0
        return "bald", 1.0

    loop = Loop(str(tmp_path), 4, checkpoint_every=4)
    loop.run(step, inputs(), description="Test")
    assert loop.waiting == pytest.approx(1 / 4)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_ends_the_run_before_its_checkpoint(tmp_path, loss):
    loop = Loop(str(tmp_path), 5, checkpoint_every=1)
    with pytest.raises(
        GraftNetError, match=r"loss of bald became .* at step 2; lower the learning"
    ):
        loop.run(
            lambda number, _: ("bald", loss if number == 2 else 1.0), range(5), description="Test"
        )
    assert Loop(str(tmp_path), 5, checkpoint_every=1).step == 2


def test_run_keys_tell_descriptions_apart():
    key = run_key({"a": 1, "b": (1, 2)})
    assert key == run_key({"b": [1, 2], "a": 1})
    assert len({key, run_key({"a": 2, "b": (1, 2)}), run_key({"a": 1})}) == 3


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weight_decay_is_decoupled_in_every_optimizer(name, decay):
    variable = tf.Variable([2.0])
    optimizer = Optimization(name, learning_rate=0.5, weight_decay=decay).make_constant()
    optimizer.apply_gradients([(tf.zeros(1), variable)])
    np.testing.assert_allclose(variable, [2.0 * (1 - 0.5 * decay)], rtol=1e-6)


def test_the_learning_rate_warms_up_and_falls():
    variable = tf.Variable(0.0)
    optimizer = Optimization("adam", learning_rate=0.1, weight_decay=0.0).make(100)
    values = [0.0]
    for _ in range(100):
        optimizer.apply_gradients([(tf.constant(-1.0), variable)])  # moves by the rate
        values.append(float(variable))
    rates = np.diff(values)
    np.testing.assert_allclose(rates[:6], [0, 0.02, 0.04, 0.06, 0.08, 0.1], atol=1e-4)
    assert (np.diff(rates[5:]) < 1e-4).all()
    assert 0.04 < rates[52] < 0.06
    assert rates[99] < 1e-3


def test_the_average_replaces_the_weights_at_the_end():
    variable = tf.Variable([0.0])
    optimizer = Optimization("sgd", weight_decay=0.0, ema=0.75).make(20)
    optimizer.build([variable])
    values = []
    for _ in range(3):
        optimizer.apply_gradients([(tf.constant([-1.0]), variable)])
        values.append(float(variable[0]))
    average = 0.0
    for value in values:
        average = 0.75 * average + 0.25 * value
    optimizer.finalize_variable_values([variable])
    assert values[-1] > 0
    np.testing.assert_allclose(variable, [average], rtol=1e-5)


def test_gradients_are_clipped_by_their_global_norm():
    variables = [tf.Variable([0.0]), tf.Variable([0.0])]
    optimization = Optimization("sgd", learning_rate=1.0, weight_decay=0.0, clip=1.0)
    optimization.make_constant().apply_gradients(
        zip([tf.constant([3.0]), tf.constant([4.0])], variables, strict=True)
    )
    np.testing.assert_allclose(variables, [[-0.6], [-0.8]], rtol=1e-5)


def test_an_unknown_optimizer_is_refused():
    with pytest.raises(GraftNetError, match="'lamb'; there are sgd, adam, adamw"):
        Optimization("lamb").make(1)
