"""A real mosquitto with the shipped configuration, on ports and in a folder of its own."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time

import serving.advertising.deployment

PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
MOSQUITTO = shutil.which("mosquitto", path=PATH)
SHIPPED = pathlib.Path(serving.advertising.deployment.__path__[0]) / "mosquitto.conf"
PASSWORD = "a password with /@:"


class Broker:
    """A broker that can be killed and started again with what it kept."""

    def __init__(self, folder, security=None):
        """Prepares a broker that knows `_gateway` alone, or whom an earlier one knew."""
        self.port, self.websocket_port = _free_ports(2)
        self.url = f"mqtt://_gateway:a%20password%20with%20%2F%40%3A@127.0.0.1:{self.port}"
        self.public_url = f"ws://127.0.0.1:{self.websocket_port}/"
        self.folder = folder
        self.security = folder / "dynamic-security.json"
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text(self._adapted(SHIPPED.read_text()))
        if security is None:
            subprocess.run(
                ["mosquitto_ctrl", "dynsec", "init", self.security, "_gateway", PASSWORD],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        else:
            self.security.write_text(security)
        self._process = None

    def start(self):
        """Starts it; it answers when this returns."""
        assert MOSQUITTO is not None
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", self._configuration], stderr=log)
        for port in (self.port, self.websocket_port):
            while not _answers(port):
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.01)

    def kill(self):
        """Ends it without a farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def lose_states(self):
        """Has it start without the states that it retained."""
        (self.folder / "mosquitto.db").unlink(missing_ok=True)

    def _adapted(self, shipped):
        text = shipped.replace("listener 1883", f"listener {self.port} 127.0.0.1")
        text = text.replace("listener 9001", f"listener {self.websocket_port} 127.0.0.1")
        text = text.replace("/var/lib/mosquitto", str(self.folder))
        user = "user root\n" if os.geteuid() == 0 else ""  # or it gives up its folder's rights
        assert str(self.port) in text
        assert str(self.websocket_port) in text
        return text + user


@contextlib.contextmanager
def running_broker(folder, security=None):
    """A broker that answers, in a folder that is made; it has ended when the context has."""
    folder.mkdir()
    broker = Broker(folder, security)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


def _free_ports(number):
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
