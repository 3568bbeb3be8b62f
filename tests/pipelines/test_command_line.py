"""What every binary's command line does, seen from one that has nothing to do."""

import pathlib
import signal
import subprocess
import sys

BINARY = """
import signal, time
from pipelines import command_line

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it

def main():
    print("ready", flush=True)
    time.sleep(600)

command_line.run(main)
"""


def test_ctrl_c_gets_one_line():
    process = subprocess.Popen(
        [sys.executable, "-c", BINARY],
        cwd=pathlib.Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1] == "-c: Interrupted.\n"
    assert process.returncode == 130
