"""Whole processes, and what they used and noted."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

from graftnet_tf.errors import GraftNetError


@dataclasses.dataclass(frozen=True)
class Ended:
    """A process that has ended.

    Attributes:
      started: `time.monotonic()` when it began.
      seconds: How long it ran.
      cpu_seconds: Processor time that it used.
      peak_mib: Most memory that it held at a time.
    """

    started: float
    seconds: float
    cpu_seconds: float
    peak_mib: float


def run(module: str, *arguments: str, killed: bool = False) -> Ended:
    """Runs `python -m module` to its end; what it prints goes to stderr.

    Args:
      module: Full name of the module.
      *arguments: Its command line.
      killed: Whether it is to end by SIGKILL.

    Raises:
      GraftNetError: it ended otherwise.
    """
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != (-signal.SIGKILL if killed else 0):
        raise GraftNetError(f"{module} ended with {process.returncode}; see above.")
    seconds = time.monotonic() - started
    return Ended(started, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def read_journal(path: str) -> list[dict[str, Any]]:
    """What a watched training noted."""
    with open(path) as file:
        return [json.loads(line) for line in file]
