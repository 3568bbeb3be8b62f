"""A client of a broker, as a screen is one, or somebody who would like to be."""

import contextlib
import json
import os
import queue
import socket
import threading

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

SECONDS = 60


class Refused(Exception):  # noqa: N818
    """The broker did not let the client in."""


class BrokerClient:
    """What it does, it waits for; each answer is the broker's reason code as text."""

    def __init__(
        self,
        port,
        username,
        password,
        *,
        client_id=None,
        websocket=False,
        will=None,
        session_seconds=0,
    ):
        self.messages = queue.Queue()
        self.closed = threading.Event()
        self._answers = queue.Queue()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id or username,
            protocol=MQTTv5,
            transport="websockets" if websocket else "tcp",
            reconnect_on_failure=False,
        )
        self._client.username_pw_set(username, password)
        if will is not None:
            self._client.will_set(will[0], json.dumps(will[1]), qos=1)
        self._client.on_connect = lambda *given: self._answers.put(str(given[3]))
        self._client.on_subscribe = lambda *given: self._answers.put(str(given[3][0]))
        self._client.on_publish = lambda *given: self._answers.put(str(given[3]))
        self._client.on_message = self._keep
        self._client.on_disconnect = lambda *_: self.closed.set()
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = session_seconds
        self._client.connect(
            "127.0.0.1", port, clean_start=not session_seconds, properties=properties
        )
        self._client.loop_start()
        answer = self._answers.get(timeout=SECONDS)
        if answer != "Success":
            self._client.loop_stop()
            raise Refused(answer)

    def subscribe(self, topic):
        self._client.subscribe(topic, qos=1)
        return self._answers.get(timeout=SECONDS)

    def publish(self, topic, payload, *, retain=False):
        self._client.publish(topic, payload, qos=1, retain=retain)
        return self._answers.get(timeout=SECONDS)

    def next(self):
        """The message that has come, or comes next, as JSON; None for an empty one."""
        payload = self.messages.get(timeout=SECONDS).payload
        return json.loads(payload) if payload else None

    def until(self, wanted):
        """Passes over messages until one is as wanted; returns it."""
        while not wanted(message := self.next()):
            pass
        return message

    def lose(self):
        """Loses the connection, as a screen without power does: no farewell."""
        with socket.socket(fileno=os.dup(self._client.socket().fileno())) as connection:
            connection.shutdown(socket.SHUT_RDWR)
        assert self.closed.wait(SECONDS)

    def end(self):
        self._client.disconnect()
        self._client.loop_stop()

    def _keep(self, _, __, message):
        self.messages.put(message)


@contextlib.contextmanager
def connected(*given, **settings):
    """A client that is let in; it has ended when the context has."""
    client = BrokerClient(*given, **settings)
    try:
        yield client
    finally:
        client.end()
