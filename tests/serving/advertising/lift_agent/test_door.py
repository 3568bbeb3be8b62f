"""Signals of a door, through a pipe and in a level."""

import os

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.lift_agent.door import door_at


@pytest.fixture
def level(tmp_path):
    """Writes the level, as a GPIO's value file shows it."""
    path = tmp_path / "value"
    path.write_text("0\n")
    return path


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "door"
    os.mkfifo(path)
    return path


def test_a_rise_is_one_signal(level):
    door = door_at(str(level))
    signals = []
    for value in "0011101":
        level.write_text(f"{value}\n")
        signals.append(door.signalled())
    assert signals == [False, False, True, False, False, False, True]


def test_a_door_that_was_open_at_the_start_is_no_signal(level):
    level.write_text("1\n")
    assert not door_at(str(level)).signalled()


def test_a_level_that_is_away_for_a_while(level, caplog):
    door = door_at(str(level))
    level.unlink()
    assert [door.signalled() for _ in range(3)] == [False] * 3
    assert [record.getMessage() for record in caplog.records] == [
        f"The door signal {level}: No such file or directory."
    ]
    level.write_text("1\n")
    assert door.signalled()


def test_each_one_through_a_pipe_is_a_signal(pipe):
    door = door_at(str(pipe))
    assert not door.signalled(), "nobody writes"
    with open(pipe, "wb", buffering=0) as writer:
        assert not door.signalled(), "nothing written"
        writer.write(b"0\n")
        assert not door.signalled()
        writer.write(b"1\n")
        assert door.signalled()
        assert not door.signalled()
        writer.write(b"1\n0\n")
        writer.write(b"1\n0\n")
    assert door.signalled(), "what was written before the writer went"
    assert not door.signalled()


def test_a_signal_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(GraftNetError, match=r"door signal .*/gone cannot be read: No such file"):
        door_at(str(tmp_path / "gone"))
    with pytest.raises(GraftNetError, match=r"Is a directory\. Name a FIFO or a GPIO's value file"):
        door_at(str(tmp_path))
