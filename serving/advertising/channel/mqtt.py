"""States through an MQTT broker, so that any gateway reaches any screen."""

import asyncio
import contextlib
import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

import aiomqtt
from aiomqtt import MqttError, ProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from graftnet_tf.errors import GraftNetError
from serving.advertising.backoff import Backoff
from serving.advertising.channel.access import ScreenAccess
from serving.advertising.channel.channel import ChannelHost
from serving.advertising.channel.departures import Departures
from serving.advertising.channel.in_process import InProcessChannel
from serving.advertising.channel.mailbox import Mailbox
from serving.advertising.channel.mqtt_access import RESPONSES, DynamicSecurity
from serving.advertising.channel.mqtt_address import BrokerAddress
from serving.advertising.channel.outbox import Outbox, State
from serving.advertising.channel.presence_message import PresenceMessage
from serving.advertising.channel.topics import presence_topic, state_topic

_KEEPALIVE_SECONDS = 15
_ANSWER_SECONDS = 5.0
_LONGEST_WAIT_SECONDS = 30.0
_LOOK_SECONDS = 0.25
_STOP_SECONDS = 1.0
_CANCEL_SECONDS = 0.5
_AT_ONCE = 20
_HELD_MESSAGES = 100_000
_STATE_BYTES = 1 << 20  # mosquitto.conf's message_size_limit
# A gateway knows what it published, and asks the store for what was published before.
_ONLY_OTHERS = SubscribeOptions(
    qos=1, noLocal=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND
)


class MqttChannel:
    """One retained message for each lift; screens listen by MQTT, or here by server-sent events.

    Nothing waits for the broker: while it is away, the newest state of each lift waits to be
    sent, and when it is back, the host is told to publish all of them again. Streams are served
    from what is published here and, through the broker, at other gateways.
    """

    def __init__(
        self,
        url: str,
        public_url: str,
        *,
        certificates: str | None = None,
        grace: float = 10.0,
        seed: str | None = None,
        clock: Callable[[], float] = time.time,
    ):
        """Prepares nothing but itself.

        Args:
          url: `mqtt://user:password@host:1883` or `mqtts://…`; the user administers the broker's
            dynamic-security plugin, and its name begins otherwise than a screen's.
          public_url: Where screens reach the broker: `wss://…`, or `ws://…` on one machine.
          certificates: A PEM file of the authorities to trust with `mqtts`; the system's without.
          grace: Seconds in which a screen whose connection broke off may come back.
          seed: Seed of the jitter between attempts to connect; of host and process by default.
          clock: Seconds since the epoch.

        Raises:
          GraftNetError: a URL or file is not as expected.
        """
        if not public_url.startswith(("wss://", "ws://")):
            raise GraftNetError(
                f"{public_url} is no address for screens; expected wss://host:port/ or ws://…."
            )
        self._address = BrokerAddress.parse(url)
        self._tls = self._address.tls_context(certificates)
        self._public_url = public_url
        self._security = DynamicSecurity(self._address.username)
        self._streams = InProcessChannel()
        self._outbox = Outbox()
        self._departures = Departures(grace, clock)
        self._backoff = Backoff(
            seed or f"{socket.gethostname()} {os.getpid()}", longest=_LONGEST_WAIT_SECONDS
        )
        self._connected = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def access(self) -> ScreenAccess:
        """As `Channel.access`."""
        return self._security

    @property
    def streams(self) -> int:
        """As `Channel.streams`; those who listen at the broker are not counted."""
        return self._streams.streams

    async def start(self, host: ChannelHost) -> None:
        """As `Channel.start`."""
        self._tasks = {
            asyncio.create_task(self._stay_connected(host)),
            asyncio.create_task(self._tell_departures(host)),
        }

    async def publish(self, lift: str, state: dict[str, Any]) -> None:
        """As `Channel.publish`."""
        await self._streams.publish(lift, state)
        self._outbox.put(lift, state)

    async def forget(self, lift: str) -> None:
        """As `Channel.forget`; the state that is retained goes too."""
        await self._streams.forget(lift)
        self._outbox.put(lift, None)

    async def flush(self) -> None:
        """As `Channel.flush`."""
        if self._connected:
            await self._outbox.emptied()

    def subscribe(self, lift: str) -> contextlib.AbstractContextManager[Mailbox]:
        """As `Channel.subscribe`."""
        return self._streams.subscribe(lift)

    def lifts(self) -> Iterable[str] | None:
        """As `Channel.lifts`; while the broker is away, those that somebody listens to here."""
        return None if self._connected else self._streams.lifts()

    def description(self, lift: str, screen: str) -> dict[str, str]:
        """As `Channel.description`; the password is the screen's token."""
        return {
            "kind": "mqtt",
            "url": self._public_url,
            "username": screen,
            "topic": state_topic(lift),
            "presence_topic": presence_topic(lift, screen),
        }

    def close(self) -> None:
        """As `Channel.close`."""
        self._streams.close()

    async def stop(self) -> None:
        """As `Channel.stop`; what waits still leaves, if it does so within a moment."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await self.flush()
        pending = self._tasks
        while pending:  # asyncio.wait_for may lose a cancellation before Python 3.12
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=_CANCEL_SECONDS)

    async def _stay_connected(self, host: ChannelHost) -> None:
        while True:
            try:
                await self._serve(host)
            except* Exception as group:  # whatever it is, the next attempt may go well
                logging.warning("No connection to %s: %s", self._address, group.exceptions[0])
            await asyncio.sleep(self._backoff.wait())

    async def _serve(self, host: ChannelHost) -> None:
        """Serves one connection until it breaks off."""
        try:
            async with self._client() as client, asyncio.TaskGroup() as group:
                group.create_task(self._receive(client, host))
                await self._take_up(client)
                group.create_task(self._send(client))
                host.on_connected()
                await self._security.keep_only(host.enrolled)
                self._backoff.reset()
        finally:
            self._connected = False
            self._security.disconnect()
            self._departures.forget()
            self._outbox.give_up()

    def _client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._address.host,
            self._address.port,
            username=self._address.username,
            password=self._address.password,
            protocol=ProtocolVersion.V5,
            tls_context=self._tls,
            timeout=_ANSWER_SECONDS,
            keepalive=_KEEPALIVE_SECONDS,
            max_queued_incoming_messages=_HELD_MESSAGES,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )

    async def _take_up(self, client: aiomqtt.Client) -> None:
        await _subscribe(client, RESPONSES)
        await self._security.connect(lambda topic, text: client.publish(topic, text, qos=1))
        await _subscribe(client, state_topic("+"))
        await _subscribe(client, presence_topic("+", "+"))
        self._connected = True

    async def _send(self, client: aiomqtt.Client) -> None:
        client.pending_calls_threshold = 2 * _AT_ONCE
        while True:
            states = await self._outbox.look(_AT_ONCE)
            await asyncio.gather(*(_retain(client, *it) for it in states.items()))
            self._outbox.sent(states)

    async def _receive(self, client: aiomqtt.Client, host: ChannelHost) -> None:
        async for message in client.messages:
            payload = bytes(message.payload)
            match str(message.topic).split("/"):
                case ["graftnet", "lifts", lift, "state"]:
                    await self._on_state(lift, payload, host)
                case ["graftnet", "lifts", _, "screens", screen, "presence"]:
                    self._on_presence(screen, payload, host)
                case _:
                    self._security.on_response(payload)

    async def _on_state(self, lift: str, payload: bytes, host: ChannelHost) -> None:
        """Passes on what another gateway published."""
        if not self._streams.hears(lift):
            return
        if not payload:
            await self._streams.forget(lift)
            return
        try:
            await self._streams.publish(lift, json.loads(payload))
        except ValueError:
            host.on_unfit_message()

    def _on_presence(self, screen: str, payload: bytes, host: ChannelHost) -> None:
        presence = PresenceMessage.parse(payload)
        if presence is None:
            host.on_unfit_message()
        elif presence.online:
            self._departures.come_back(screen)
        else:
            self._departures.leave(screen, presence.session)

    async def _tell_departures(self, host: ChannelHost) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            due = self._departures.take_due()
            if due:
                try:
                    await host.on_departures(due)
                except Exception as error:  # a screen's age tells as much, somewhat later
                    logging.warning("Departures of screens were not written down: %s", error)


async def _subscribe(client: aiomqtt.Client, topic: str) -> None:
    for answer in await client.subscribe(topic, options=_ONLY_OTHERS):
        if isinstance(answer, ReasonCode) and answer.is_failure:
            raise MqttError(f"the broker refuses to subscribe to {topic}: {answer}")


async def _retain(client: aiomqtt.Client, lift: str, state: State) -> None:
    payload = b"" if state is None else json.dumps(state, separators=(",", ":")).encode()
    if len(payload) > _STATE_BYTES:
        logging.error("A state of %d bytes is not sent; brokers take no such.", len(payload))
        return
    await client.publish(state_topic(lift), payload, qos=1, retain=True)
