import threading

import pytest

from graftnet_tf.features.prefetch import prefetch


def test_results_come_in_order_one_ahead_of_use():
    started = [threading.Event() for _ in range(4)]

    def square(number):
        started[number].set()
        return number**2

    results = prefetch(square, range(4))
    for number in range(4):
        assert next(results) == number**2
        following = started[number + 1 : number + 2]
        assert all(event.wait(10) for event in following)
        assert not any(event.is_set() for event in started[number + 2 :])
    assert list(results) == []


def test_nothing_to_do_yields_nothing():
    assert list(prefetch(abs, [])) == []


def test_what_the_function_raises_comes_in_its_turn():
    results = prefetch(lambda number: 1 // number, [1, 0])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
