"""Waits after failures in a row."""

from serving.advertising.backoff import Backoff


def waits(backoff, count):
    return [backoff.wait() for _ in range(count)]


def test_ceilings_double_up_to_the_longest():
    ceilings = [1, 2, 4, 8, 16, 32, 60, 60]
    drawn = [waits(Backoff(str(seed)), 8) for seed in range(500)]
    for ceiling, column in zip(ceilings, zip(*drawn, strict=True), strict=True):
        assert min(column) >= 0
        assert 0.97 * ceiling < max(column) <= ceiling
        assert min(column) < 0.03 * ceiling, "the jitter is full"


def test_one_that_went_well_starts_again():
    backoff = Backoff("lift-1")
    waits(backoff, 6)
    backoff.reset()
    assert backoff.wait() <= 1


def test_the_seed_is_the_jitter():
    assert waits(Backoff("0 lift-1"), 5) == waits(Backoff("0 lift-1"), 5)
    assert waits(Backoff("0 lift-1"), 5) != waits(Backoff("0 lift-2"), 5)
