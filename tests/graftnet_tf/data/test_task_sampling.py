import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graftnet_tf.data.task_sampling import Schedule, sampling_probabilities
from graftnet_tf.errors import GraftNetError


@pytest.mark.parametrize(
    ("sampling", "temperature", "expected"),
    [
        ("uniform", 2.0, [1 / 3, 1 / 3, 1 / 3]),
        ("size", 2.0, [1 / 14, 4 / 14, 9 / 14]),
        ("tempered", 1.0, [1 / 14, 4 / 14, 9 / 14]),
        ("tempered", 2.0, [1 / 6, 2 / 6, 3 / 6]),
    ],
)
def test_probabilities(sampling, temperature, expected):
    found = sampling_probabilities([10, 40, 90], sampling, temperature=temperature)
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(("sampling", "temperature"), [("random", 2.0), ("tempered", 0.0)])
def test_an_unknown_sampling_is_refused(sampling, temperature):
    with pytest.raises(GraftNetError, match="uniform, size, tempered"):
        sampling_probabilities([1, 2], sampling, temperature=temperature)


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    batch=st.integers(1, 10),
    seed=st.integers(0, 5),
)
def test_each_epoch_visits_each_example_once(sizes, batch, seed):
    schedule = Schedule(sizes, sampling_probabilities(sizes, "uniform"), batch, seed)
    visited = [[] for _ in sizes]
    for _ in range(30):
        task, examples = schedule.next()
        assert len(examples) == batch
        visited[task].extend(examples)
    for size, examples in zip(sizes, visited, strict=True):
        for start in range(0, len(examples) - size + 1, size):
            assert sorted(examples[start : start + size]) == list(range(size))


def test_epochs_have_orders_of_their_own_and_so_have_tasks():
    schedule = Schedule([30, 30], np.array([0.5, 0.5]), 30, 0)
    orders = [(task, tuple(examples)) for task, examples in (schedule.next() for _ in range(12))]
    assert len(set(orders)) == len({order for _, order in orders}) == 12


@settings(deadline=None)
@given(skipped=st.integers(0, 40), batch=st.integers(1, 7), seed=st.integers(0, 5))
def test_skipping_equals_drawing(skipped, batch, seed):
    drawn, moved = (Schedule([3, 5, 8], np.array([0.2, 0.3, 0.5]), batch, seed) for _ in "12")
    for _ in range(skipped):
        drawn.next()
    moved.skip(skipped)
    for _ in range(5):
        (task, examples), (other_task, others) = drawn.next(), moved.next()
        assert task == other_task
        np.testing.assert_array_equal(examples, others)


def test_tasks_are_drawn_as_often_as_asked_and_by_the_seed():
    probabilities = np.array([0.7, 0.3, 0.0])

    def tasks(seed):
        schedule = Schedule([5, 5, 5], probabilities, 1, seed)
        return [schedule.next()[0] for _ in range(2000)]

    counts = np.bincount(tasks(0), minlength=3)
    np.testing.assert_allclose(counts / 2000, probabilities, atol=0.05)
    assert counts[2] == 0
    assert tasks(0) == tasks(0) != tasks(1)
