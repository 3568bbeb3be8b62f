"""A real PostgreSQL server that can be killed and started again with what it kept."""

import contextlib
import itertools
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

_PROGRAMS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
INSTALLED = bool(_PROGRAMS)


class PostgresServer:
    """A server on a socket in a folder, without a port; use `running_postgres`."""

    def __init__(self, root):
        self._root, self._numbers = root, itertools.count()
        self._run("initdb", "-D", f"{root}/data", "-A", "trust", "-U", "graftnet")
        self.start()

    def start(self):
        """Starts it, and waits until it answers."""
        options = f"-k {self._root} -c listen_addresses='' -c fsync=off"
        self._run(*self._control, "-o", options, "-l", f"{self._root}/log", "start")

    def kill(self):
        """Ends it and all that serve its connections at once, as a power cut does."""
        lock = pathlib.Path(self._root, "data", "postmaster.pid")
        main = int(lock.read_text().split()[0])
        killed = [main, *_children(main)]
        for process in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(map(_runs, killed)):
            time.sleep(0.01)
        # A process that nobody has waited for looks alive to the next server.
        for left in (lock, *pathlib.Path(self._root).glob(".s.PGSQL.*.lock")):
            left.unlink()

    def stop(self):
        """Ends it, if it runs."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run(*self._control, "-m", "immediate", "stop")

    def database(self):
        """Makes an empty database; returns its URL."""
        name = f"advertising{next(self._numbers)}"
        self._run("createdb", "-h", self._root, "-U", "graftnet", name)
        return f"postgresql://graftnet@/{name}?host={self._root}"

    @property
    def _control(self):
        return "pg_ctl", "-D", f"{self._root}/data", "-w"

    def _run(self, program, *arguments):
        """Runs a program without root's rights, with which PostgreSQL does not start."""
        drop = []
        if os.geteuid() == 0:
            drop = ["runuser", "-u", "postgres", "--"]
        command = [*drop, _PROGRAMS[-1] / program, *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._root)


@contextlib.contextmanager
def running_postgres():
    """A server that runs until the context ends."""
    # Not in pytest's own folder, which every other run closes to all but its owner.
    with tempfile.TemporaryDirectory(prefix="postgres") as root:
        if os.geteuid() == 0:
            shutil.chown(root, "postgres")
        server = PostgresServer(root)
        try:
            yield server
        finally:
            server.stop()


def _runs(process):
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _children(process):
    listed = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in listed.split()]
