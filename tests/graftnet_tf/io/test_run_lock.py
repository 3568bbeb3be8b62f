"""One training in a run's directory at a time."""

import os
import subprocess
import sys

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.run_lock import run_lock

HOLDER = """
import sys
from graftnet_tf.io.run_lock import run_lock
with run_lock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_told_and_may_go_on_once_the_first_is_killed(tmp_path):
    directory = str(tmp_path / "runs" / "trunk-0123")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, directory], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(GraftNetError, match=r"already running, in another process \(.*0123\)"):
            run_lock(directory).__enter__()
        first.kill()
    with run_lock(directory):
        pass
    assert os.listdir(directory) == []


def test_nothing_is_locked_on_a_remote_file_system():
    with run_lock("ram://runs/trunk-0123"), run_lock("ram://runs/trunk-0123"):
        pass
