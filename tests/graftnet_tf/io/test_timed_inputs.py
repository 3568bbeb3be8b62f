"""Shares of time that are waited."""

import time

import pytest

from graftnet_tf.io.timed_inputs import TimedInputs


def test_what_is_waited_is_told_apart_from_what_is_worked(monkeypatch):
    clock = [5.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def inputs():
        for number in range(2):
            clock[0] += 1.0
            yield number

    timed, seen = TimedInputs(inputs()), []
    assert timed.waiting == 0
    for given in timed:
        clock[0] += 3.0
        seen.append((given, timed.waiting))
    assert seen == [(0, pytest.approx(1 / 4)), (1, pytest.approx(2 / 8))]
