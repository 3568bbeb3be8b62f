"""A channel in a loop of its own thread, and what it tells of."""

import asyncio
import contextlib
import threading

from serving.advertising.store.screens import Credential
from serving.advertising.store.tokens import token_hash

SECONDS = 60


class RecordingHost:
    """Stands in for a gateway; `credentials` are the screens that are enrolled."""

    def __init__(self, credentials=None):
        self.connections = 0
        self.unfit = 0
        self.departures = []
        self.credentials = {} if credentials is None else credentials
        self._changed = threading.Condition()

    def on_connected(self):
        with self._changed:
            self.connections += 1
            self._changed.notify_all()

    def on_unfit_message(self):
        with self._changed:
            self.unfit += 1
            self._changed.notify_all()

    async def on_departures(self, departures):
        with self._changed:
            self.departures += [(one.screen, one.session) for one in departures]
            self._changed.notify_all()

    async def enrolled(self):
        return self.credentials

    def wait_until(self, wanted):
        """Waits until something is so that changes with what the channel tells."""
        with self._changed:
            assert self._changed.wait_for(wanted, SECONDS)


class RunningChannel:
    """A channel, and how to call it from a test."""

    def __init__(self, channel, host, loop):
        self.channel, self.host, self._loop = channel, host, loop

    def begin(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def run(self, coroutine):
        return self.begin(coroutine).result(SECONDS)

    def publish(self, lift, state):
        self.run(self.channel.publish(lift, state))

    def grant(self, screen, lift, token):
        self.host.credentials[screen] = Credential(lift, token_hash(token))
        self.run(self.channel.access.grant(screen, lift, token))

    def revoke(self, screen):
        self.host.credentials.pop(screen, None)
        self.run(self.channel.access.revoke(screen))


@contextlib.contextmanager
def running(channel, *, connected=True, credentials=None):
    """Runs a channel for a store with some screens; it has stopped when the context has."""
    loop, host = asyncio.new_event_loop(), RecordingHost(credentials)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    held = RunningChannel(channel, host, loop)
    held.run(channel.start(host))
    if connected:
        host.wait_until(lambda: host.connections)
    try:
        yield held
    finally:
        held.run(channel.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()
