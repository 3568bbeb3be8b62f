"""A gateway that answers over HTTP, in a thread of the test's process."""

import asyncio
import contextlib
import hashlib
import io
import threading
import time
import uuid

import httpx
from PIL import Image

from serving.advertising.creatives.encoding import EncodedCreative
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.server import GatewayServer
from serving.advertising.gateway.settings import Settings
from serving.advertising.rules.policy import shipped_policy
from serving.advertising.store import creatives, lifts, schemas, screens
from serving.advertising.store.database import Database
from tests.serving.advertising.scripted_recognizer import ScriptedRecognizer

SCHEMA = """
timezone: UTC
smoothing_window: 1
min_audience: 2
default_playlist: [house]
campaigns:
  prams: {creatives: [pram], when: {someone: holding_baby}, weight: 2}
  vans: {creatives: [van], when: {count: {of: courier, at_least: 2}}}
"""
PATIENT = Settings(snapshot_interval=0.001, secure_cookies=False)


def jpeg(colour="grey", size=(64, 48)):
    """A JPEG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def creative(name, seconds=10.0, content=None):
    """A creative whose bytes are its name, unless they are given."""
    content = content or name.encode()
    digest = hashlib.sha256(content).hexdigest()
    return EncodedCreative(
        content=content,
        sha256=digest,
        kind="image",
        media_type="image/png",
        width=4,
        height=3,
        seconds=seconds,
    )


class Service:
    """A gateway, what it listens to, and whatever is done to its store from outside."""

    def __init__(self, gateway, server, loop):
        self.gateway, self.server, self.loop = gateway, server, loop
        self.address = server.address
        self.http = httpx.Client(base_url=server.address, timeout=10)
        self._sequences = {}
        self.boot_id = str(uuid.uuid4())

    def run(self, coroutine):
        """Runs a coroutine in the gateway's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def write(self, work, *arguments, **settings):
        """Runs a function of the store in a transaction."""

        async def written():
            async with self.gateway.database.write() as connection:
                return await work(connection, *arguments, **settings)

        return self.run(written())

    def read(self, work, *arguments, **settings):
        """Runs a function of the store that only reads."""

        async def reading():
            async with self.gateway.database.read() as connection:
                return await work(connection, *arguments, **settings)

        return self.run(reading())

    def refresh(self):
        """Has the gateway see now what it would see within a second."""
        self.run(self.gateway.refresh())
        self.run(self.gateway.prepare())
        self.run(self.gateway.publish_all())

    def enrol(self, lift="lift-1", screen="screen-1", **fields):
        """Enrols a lift with a screen; returns both tokens."""
        now = self.gateway.clock()
        camera = self.write(lifts.enrol, lift, now=now, **fields)
        shown = self.write(screens.enrol, screen, lift, now=now)
        return camera, shown

    def approve(self, *names, seconds=10.0):
        """Uploads and approves creatives."""
        for name in names:
            now = self.gateway.clock()
            self.write(creatives.add, name, creative(name, seconds), by="test", now=now)
            self.write(creatives.judge, name, "approved", by="test")

    def put_in_force(self, text=SCHEMA):
        """Puts a schema in force."""
        self.write(schemas.save, text, by="test", now=self.gateway.clock())
        self.refresh()

    def snapshot(self, token, lift="lift-1", *, body=None, sequence=None, headers=None):
        """Posts a snapshot, by default the next of one boot."""
        number = self._sequences.get(lift, 0) + 1 if sequence is None else sequence
        self._sequences[lift] = number
        given = {
            "Authorization": f"Bearer {token}",
            "Boot-Id": self.boot_id,
            "Sequence": str(number),
            "Content-Type": "image/jpeg",
        }
        return self.http.post(
            f"/v1/lifts/{lift}/snapshots",
            content=jpeg() if body is None else body,
            headers=given | (headers or {}),
        )

    def screen(self, token, method, path, **request):
        """Asks as a screen."""
        return self.http.request(
            method,
            f"/v1/screens/me{path}",
            headers={"Authorization": f"Bearer {token}"},
            **request,
        )


@contextlib.contextmanager
def running_service(url, recognizer=None, *, settings=PATIENT, clock=time.time, channel=None):
    """A service over a store; it has ended when the context has."""
    started = threading.Event()
    held = {}

    async def serve():
        gateway = Gateway(
            Database(url),
            recognizer or ScriptedRecognizer(),
            shipped_policy(),
            settings=settings,
            clock=clock,
            channel=channel,
        )
        server = GatewayServer(gateway)
        held.update(service=Service(gateway, server, asyncio.get_running_loop()))
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        started.set()
        await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(20)
    service = held["service"]
    assert service.server.started
    try:
        yield service
    finally:
        service.http.close()
        service.server.stop()
        thread.join(20)
        assert not thread.is_alive()
