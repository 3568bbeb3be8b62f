"""Work a little ahead of its reader."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from graftnet_tf.io.read_ahead import ahead


def test_no_more_than_a_few_items_are_begun_ahead():
    started = []
    with ThreadPoolExecutor(2) as pool:
        results = ahead(pool, started.append, iter(range(100)), 5)
        for done in range(1, 20):
            next(results)
            assert len(started) <= done + 4
        assert len(list(results)) == 81


def test_results_and_errors_come_in_the_place_of_their_items():
    with ThreadPoolExecutor(4) as pool:
        results = ahead(pool, lambda item: 6 // item, [1, 2, 0, 3], 3)
        assert [next(results), next(results)] == [6, 3]
        with pytest.raises(ZeroDivisionError):
            next(results)
