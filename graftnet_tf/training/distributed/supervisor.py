"""Workers of one machine, started together and started again together when one is lost."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO

import tensorflow as tf
from absl import logging

from graftnet_tf.errors import GraftNetError
from graftnet_tf.training.distributed import termination
from graftnet_tf.training.distributed.cluster import TF_CONFIG, Cluster

LOST = 75  # a worker's exit status when it lost another one: EX_TEMPFAIL of sysexits.h
RESTARTS = 3
_PR_SET_PDEATHSIG = 1
_POLL = 0.1  # seconds
_PATIENCE = 20.0  # seconds that the cause of another's end may take to end too


def supervise(
    command: Sequence[str], workers: int, *, progress: str, restarts: int = RESTARTS
) -> None:
    """Runs a command in several processes that train together, to their end.

    Each gets `TF_CONFIG` with free ports of this machine. The chief's output is this process's; of
    another worker's stderr the last line is told if it fails. When a worker is lost (by a signal,
    or with exit status `LOST`) the others are killed and all are started again. They end when this
    process does, and all get a SIGTERM that it gets, or one of them.

    Args:
      command: What each worker runs; it goes on from its checkpoints when run again.
      workers: Number of processes.
      progress: Pattern of the checkpoints' files; new ones are progress.
      restarts: Most restarts in a row without progress.

    Raises:
      GraftNetError: a worker other than the chief failed, or too many restarts made no progress.
      SystemExit: the chief failed, with its exit status, and has told why; or SIGTERM came.
    """
    left, seen = restarts, _matches(progress)
    with termination.noticed() as terminated:
        while True:
            with _running(command, workers) as group:
                lost = group.wait(terminated)
            if lost is None:
                return
            if (now := _matches(progress)) != seen:
                left, seen = restarts, now
            if not left:
                raise GraftNetError(
                    f"{lost}, {restarts + 1} times without a checkpoint between; see what ends it, "
                    "then run the same command again."
                )
            left -= 1
            logging.warning("%s; all workers are started again.", lost)


class _Group:
    """Processes of one start.

    Attributes:
      processes: One for each worker.
      told: What each wrote to stderr, None of the chief, whose stderr is this process's.
    """

    def __init__(self, processes: list[subprocess.Popen], told: Sequence[IO[bytes] | None]):
        self.processes, self.told = processes, told

    def wait(self, terminated: threading.Event) -> str | None:
        """Waits for the chief to end well, or any to fail; returns which was lost, if one was."""
        passed_on, first_failed = False, None
        while True:
            ended = [process.poll() for process in self.processes]
            if not passed_on and (terminated.is_set() or termination.STATUS in ended):
                passed_on = True
                for process in self.processes:
                    process.terminate()
            if ended[0] == 0:  # the others have nothing left to do
                return None
            if passed_on and None not in ended:
                raise SystemExit(termination.STATUS)
            if not passed_on and (failed := [code for code in ended if code]):
                first_failed = first_failed or time.monotonic()
                waited = time.monotonic() - first_failed
                if set(failed) != {LOST} or None not in ended or waited > _PATIENCE:
                    return self._failure(ended, failed)
            time.sleep(_POLL)

    def _failure(self, ended: list[int | None], failed: list[int]) -> str:
        """Which worker was lost; raises if one failed of itself, which it would do again."""
        for worker, code in enumerate(ended):
            if code and code > 0 and code != LOST:
                if not worker:
                    raise SystemExit(code)
                raise GraftNetError(f"Worker {worker} failed: {self._last_line(worker)}")
        signalled = [code for code in failed if code < 0]
        code = (signalled or failed)[0]
        how = f"by {signal.Signals(-code).name}" if code < 0 else "for want of another"
        return f"Worker {ended.index(code)} ended {how}"

    def _last_line(self, worker: int) -> str:
        file = self.told[worker]
        if file is None:
            return ""
        file.seek(0)
        lines = file.read().decode(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "it said nothing.")


@contextlib.contextmanager
def _running(command: Sequence[str], workers: int) -> Iterator[_Group]:
    """Starts the workers; they are killed at the end of the block, unless they have ended."""
    addresses = free_addresses(workers)
    with contextlib.ExitStack() as stack:
        processes, told = [], []
        for worker in range(workers):
            stderr = stack.enter_context(tempfile.TemporaryFile()) if worker else None
            process = subprocess.Popen(
                command,
                env=os.environ | {TF_CONFIG: Cluster(addresses, worker).to_tf_config()},
                stdout=subprocess.DEVNULL if worker else None,
                stderr=stderr,
                preexec_fn=_end_as_parent_does,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes.append(process)
            told.append(stderr)
        yield _Group(processes, told)


def _end_as_parent_does() -> None:
    """Leaves a terminal's Ctrl-C to the supervisor, whose end has the kernel send SIGTERM here."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def free_addresses(count: int) -> tuple[str, ...]:
    """Addresses of this machine alone, of which no port is in use now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return tuple(f"127.0.0.1:{one.getsockname()[1]}" for one in sockets)


def _matches(pattern: str) -> list[str]:
    return sorted(tf.io.gfile.glob(pattern))
