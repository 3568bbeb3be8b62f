"""Children of this process, which may be killed."""

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable


class Fork:
    """A child that runs `work` and ends; what it prints is kept.

    Attributes:
      pid: of the child.
    """

    def __init__(self, work: Callable[[], object]):
        self._output = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.pid = os.fork()
        if self.pid == 0:
            os.dup2(self._output.fileno(), 1)
            os.dup2(self._output.fileno(), 2)
            os._exit(_status(work))

    def runs(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def kill(self) -> None:
        """Sends SIGKILL; it may have ended before."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> int:
        """Waits for its end: 0, or -9 if it was killed.

        Raises:
          ChildProcessError: it failed, with what it printed.
        """
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if status not in (0, -signal.SIGKILL):
            self._output.seek(0)
            raise ChildProcessError(self._output.read()[-2000:])
        return status


def _status(work: Callable[[], object]) -> int:
    try:
        work()
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0
