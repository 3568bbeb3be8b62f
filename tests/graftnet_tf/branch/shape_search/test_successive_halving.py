"""Successive halving: who is judged when, who stays, and what it takes."""

import itertools

import hypothesis.strategies as st
from hypothesis import given

from graftnet_tf.branch.shape_search.successive_halving import halve, round_sizes, round_steps


def play(merits: list[float], first: int = 3) -> tuple[int, list[tuple[int, int]], list[int]]:
    judged: list[tuple[int, int]] = []
    dropped: list[int] = []

    def judge(candidate: int, steps: int) -> float:
        judged.append((candidate, steps))
        return merits[candidate]

    return halve(range(len(merits)), first, judge, dropped.append), judged, dropped


def test_the_better_half_goes_on_to_twice_the_steps():
    winner, judged, dropped = play([0.6, 0.9, 0.5, 0.7, 0.8])
    assert winner == 1
    assert judged == [
        *[(candidate, 3) for candidate in range(5)],
        *[(candidate, 6) for candidate in (1, 3, 4)],
        *[(candidate, 12) for candidate in (1, 4)],
    ]
    assert dropped == [0, 2, 3, 4]


def test_of_equal_candidates_the_first_stay():
    assert play([0.5, 0.5, 0.5, 0.5])[0] == 0
    assert play([0.4, 0.5, 0.5])[0] == 1


def test_a_candidate_that_improves_late_is_lost_once_dropped():
    merits = {("slow", 1): 0.1, ("slow", 2): 1.0, ("a", 1): 0.3, ("b", 1): 0.2}
    merits |= {("a", 2): 0.4, ("b", 2): 0.5}
    dropped: list[str] = []
    candidates = ["slow", "a", "b"]
    assert round_sizes(3) == [3, 2]
    assert halve(candidates, 1, lambda *key: merits[key], dropped.append) == "b"
    assert dropped == ["slow", "a"]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=23), st.integers(1, 9))
def test_what_is_played_is_what_was_announced(merits, first):
    winner, judged, dropped = play(merits, first)
    assert merits[winner] == max(merits)
    assert sorted([winner, *dropped]) == list(range(len(merits)))
    steps = round_steps(len(merits), first)
    sizes = round_sizes(len(merits))
    assert [sum(at == end for _, at in judged) for end in steps] == sizes
    assert all(later == 2 * earlier for earlier, later in itertools.pairwise(steps))
    assert all(later == -(-earlier // 2) for earlier, later in itertools.pairwise(sizes))
