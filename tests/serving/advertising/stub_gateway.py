"""A gateway as a process of its own, whose recogniser always sees the same people.

python -m tests.serving.advertising.stub_gateway URL PORT ATTRIBUTE [ATTRIBUTE …]
"""

import asyncio
import os
import pathlib
import signal
import subprocess
import sys

import uvloop

from serving.advertising.channel.in_process import InProcessChannel
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.server import GatewayServer
from serving.advertising.gateway.settings import Settings
from serving.advertising.rules.policy import shipped_policy
from serving.advertising.store.database import Database
from tests.serving.advertising.scripted_recognizer import ScriptedRecognizer, person

ROOT = pathlib.Path(__file__).parents[3]


class StubProcess:
    """A running `stub_gateway`."""

    def __init__(self, url, *attributes, port=0, env=None, cwd=None):
        command = [sys.executable, "-m", __spec__.name, url, str(port), *attributes]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        )
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://"), self.address
        self.port = int(self.address.rpartition(":")[2])

    def kill(self):
        """Ends it at once, as a power cut does; returns what it had printed."""
        return self._end(signal.SIGKILL)

    def terminate(self):
        """Has it stop; returns what it had printed."""
        return self._end(signal.SIGTERM)

    def _end(self, number):
        self.process.send_signal(number)
        printed, _ = self.process.communicate(timeout=20)
        return printed

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()


async def main(url, port, attributes):
    gateway = Gateway(
        Database(url),
        ScriptedRecognizer(person(*attributes)),
        shipped_policy(),
        settings=Settings(snapshot_interval=0.001, secure_cookies=False),
        channel=InProcessChannel(),
    )
    server = GatewayServer(gateway, port=port)

    async def tell():
        while not server.started:
            await asyncio.sleep(0.01)
        print(server.address, flush=True)

    telling = asyncio.create_task(tell())
    await server.serve()
    await telling


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
