"""Runs binaries with a network that finds two people, whatever weight file they name."""

import json

from tests.pipelines.forked_runs import Run, run_python

_SCRIPT = """
from unittest import mock
from tests.pipelines import forked_runs
from tests.yolact_tf.fake_network import FakeNetwork, Figure
from yolact_tf.checkpoints import weights_file

def load(path):
    return FakeNetwork([Figure((0, 0, 4, 8), 0.9), Figure((4, 0, 8, 8), 0.6)]), ("person",)

with mock.patch.object(weights_file, "load", load):
    forked_runs.main()
"""


def run_all(binary: str, *command_lines: list[str]) -> list[Run]:
    """Runs `pipelines.BINARY` with each list of arguments, one after another.

    The people are the left half of an image, with a score of 0.9, and the right, with 0.6.
    """
    return run_python("-c", _SCRIPT, binary, json.dumps(command_lines))
