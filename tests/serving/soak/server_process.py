"""A server in a process of its own, which can be killed."""

import re
import signal
import subprocess
import sys
import time

_ADDRESS = re.compile(r"^Serving \S+ version .* at (\S+)$")


class ServerProcess:
    """`graftnet-serve` on loopback; also a context manager, which stops it.

    Attributes:
      address: `host:port` it listens on, the same after `restart`.
      seconds: from its start until it served.
    """

    def __init__(self, *flags: str):
        self._flags = flags
        self._start(port=0)

    def rss_mib(self) -> float:
        """Resident memory."""
        with open(f"/proc/{self._process.pid}/status") as status:
            kib = next(line.split()[1] for line in status if line.startswith("VmRSS"))
        return int(kib) / 1024

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Starts it again after `kill`."""
        self._start(port=int(self.address.rpartition(":")[2]))

    def stop(self) -> int:
        """Asks it to end; its exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=120)

    def __enter__(self) -> "ServerProcess":
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_alive():
            self.kill()

    def _start(self, port: int) -> None:
        command = [sys.executable, "-m", "pipelines.serve", f"--port={port}", *self._flags]
        began = time.monotonic()
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := _ADDRESS.match(line):
                self.address, self.seconds = found[1], time.monotonic() - began
                return
        raise RuntimeError(f"{' '.join(command)} ended with {self._process.wait()}.")
