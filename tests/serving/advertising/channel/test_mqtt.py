"""States through a real broker, with the shipped configuration."""

import json
import time

import pytest

from serving.advertising.channel.mqtt import MqttChannel
from tests.serving.advertising.channel.broker import PASSWORD
from tests.serving.advertising.channel.broker_client import BrokerClient, connected
from tests.serving.advertising.channel.recording_host import running

STATE = "graftnet/lifts/lift-1/state"
PRESENCE = "graftnet/lifts/lift-1/screens/screen-1/presence"
SESSION = "6f1c1b9e-5b0a-4a6f-9d2e-0c8f1f0f7a11"
LATER = "0d5a8c0e-9a3b-4f57-8a33-6d2f3a0b9c22"


def channel_to(broker, **settings):
    return MqttChannel(broker.url, broker.public_url, seed="test", **settings)


@pytest.fixture
def channel(broker):
    with running(channel_to(broker, grace=0.3)) as channel:
        channel.grant("screen-1", "lift-1", "token-1")
        yield channel


def observer(broker):
    """Somebody who may hear everything."""
    client = BrokerClient(broker.port, "_gateway", PASSWORD, client_id="observer")
    client.subscribe("graftnet/#")
    return client


def will(session):
    return PRESENCE, {"session": session, "online": False}


def test_a_state_reaches_who_listens_and_who_comes_later(broker, channel):
    with connected(broker.port, "screen-1", "token-1") as screen:
        screen.subscribe(STATE)
        channel.publish("lift-1", {"revision": 1})
        assert screen.next() == {"revision": 1}
    with connected(broker.port, "screen-1", "token-1") as late:
        late.subscribe(STATE)
        assert late.next() == {"revision": 1}


def test_a_screen_listens_over_a_websocket_as_it_is_told_to(broker, channel):
    told = channel.channel.description("lift-1", "screen-1")
    assert told == {
        "kind": "mqtt",
        "url": f"ws://127.0.0.1:{broker.websocket_port}/",
        "username": "screen-1",
        "topic": STATE,
        "presence_topic": PRESENCE,
    }
    with connected(
        broker.websocket_port, told["username"], "token-1", websocket=True, will=will(SESSION)
    ) as screen:
        assert screen.subscribe(told["topic"]) == "Granted QoS 1"
        channel.publish("lift-1", {"revision": 1})
        assert screen.next() == {"revision": 1}


def test_a_removed_lifts_state_is_not_retained_any_more(broker, channel):
    with connected(broker.port, "screen-1", "token-1") as screen:
        screen.subscribe(STATE)
        channel.publish("lift-1", {"revision": 1})
        assert screen.next() == {"revision": 1}
        channel.run(channel.channel.forget("lift-1"))
        assert screen.next() is None
    channel.publish("lift-2", {"revision": 2})
    channel.run(channel.channel.flush())
    late = observer(broker)
    assert late.next() == {"revision": 2}
    assert late.messages.empty()
    late.end()


def test_streams_here_hear_what_is_published_here_and_at_another_gateway(broker, channel):
    with running(channel_to(broker)) as other:

        async def hear(of):
            with of.channel.subscribe("lift-1") as mailbox:
                await of.channel.publish("lift-2", {"revision": 0})
                yield
                while True:
                    yield await mailbox.take()

        streams = [hear(one) for one in (channel, other)]
        for one, stream in zip((channel, other), streams, strict=True):
            one.run(anext(stream))
        assert channel.channel.streams == 1
        for revision, publisher in enumerate((channel, other), 1):
            publisher.publish("lift-1", {"revision": revision})
            for one, stream in zip((channel, other), streams, strict=True):
                assert one.run(anext(stream)) == {"revision": revision}
        channel.run(channel.channel.forget("lift-1"))
        assert other.run(anext(streams[1])) is None
        for one, stream in zip((channel, other), streams, strict=True):
            one.run(stream.aclose())


def test_while_the_broker_is_away_nothing_waits_and_then_the_newest_state_arrives(broker, channel):
    with connected(broker.port, "screen-1", "token-1") as screen:
        screen.subscribe(STATE)
        channel.publish("lift-1", {"revision": 0})
        assert screen.next() == {"revision": 0}
        broker.kill()
        assert screen.closed.wait(5)
    for revision in range(1, 500):
        channel.publish("lift-1", {"revision": revision})
        channel.run(channel.channel.flush())
    broker.lose_states()
    broker.start()
    channel.host.wait_until(lambda: channel.host.connections == 2)
    with connected(broker.port, "screen-1", "token-1") as screen:
        screen.subscribe(STATE)
        assert screen.next() == {"revision": 499}
        assert screen.messages.empty()


def test_a_channel_starts_without_a_broker_and_finds_it_later(broker):
    broker.kill()
    with running(channel_to(broker), connected=False) as channel:
        channel.publish("lift-1", {"revision": 1})
        assert list(channel.channel.lifts()) == []
        broker.start()
        channel.host.wait_until(lambda: channel.host.connections == 1)
        assert channel.channel.lifts() is None
        channel.grant("screen-1", "lift-1", "token-1")
        with connected(broker.port, "screen-1", "token-1") as screen:
            screen.subscribe(STATE)
            assert screen.next() == {"revision": 1}


def test_many_states_leave_before_a_flush_returns_and_none_is_lost(broker, channel):
    for number in range(300):
        channel.publish(f"lift-{number}", {"revision": number})
    channel.run(channel.channel.flush())
    late = observer(broker)
    assert sorted(late.next()["revision"] for _ in range(300)) == list(range(300))
    late.end()


def test_a_state_larger_than_a_message_is_not_sent_and_stops_no_other(broker, channel):
    channel.publish("lift-2", {"notice": "x" * (1 << 20)})
    channel.publish("lift-1", {"revision": 1})
    channel.run(channel.channel.flush())
    late = observer(broker)
    assert late.next() == {"revision": 1}
    assert late.messages.empty()
    assert channel.host.connections == 1
    late.end()


def test_a_lost_screen_is_told_of_once(broker, channel):
    screen = BrokerClient(broker.port, "screen-1", "token-1", will=will(SESSION))
    screen.lose()
    channel.host.wait_until(lambda: channel.host.departures)
    screen.end()
    assert channel.host.departures == [("screen-1", SESSION)]


@pytest.mark.parametrize("session", [SESSION, LATER])
def test_a_takeover_by_the_same_client_is_no_departure(broker, channel, session):
    watching = observer(broker)
    first = BrokerClient(broker.port, "screen-1", "token-1", will=will(SESSION))
    with connected(broker.port, "screen-1", "token-1", will=will(session)) as second:
        assert first.closed.wait(5)
        second.publish(PRESENCE, json.dumps({"session": session, "online": True}))
        watching.until(lambda message: message == {"session": SESSION, "online": False})
        watching.until(lambda message: message == {"session": session, "online": True})
        # Another screen's departure, later and with the same grace, is told of first.
        channel.grant("screen-2", "lift-1", "token-2")
        other = (PRESENCE.replace("screen-1", "screen-2"), {"session": LATER, "online": False})
        lost = BrokerClient(broker.port, "screen-2", "token-2", will=other)
        lost.lose()
        channel.host.wait_until(lambda: channel.host.departures)
        assert channel.host.departures == [("screen-2", LATER)]
    lost.end()
    first.end()
    watching.end()


def test_a_screen_that_says_goodbye_has_no_last_will(broker, channel):
    watching = observer(broker)
    with connected(broker.port, "screen-1", "token-1", will=will(SESSION)):
        pass
    channel.publish("lift-1", {"revision": 1})
    assert watching.next() == {"revision": 1}
    watching.end()


@pytest.mark.parametrize("payload", [b"{", b"", b'{"session": "x", "online": false}', b" " * 5000])
def test_an_unfit_presence_is_counted_and_changes_nothing(broker, channel, payload):
    with connected(broker.port, "screen-1", "token-1") as screen:
        screen.publish(PRESENCE, payload)
        channel.host.wait_until(lambda: channel.host.unfit)
        screen.publish(PRESENCE, json.dumps(will(SESSION)[1]))
        channel.host.wait_until(lambda: channel.host.departures)
    assert channel.host.unfit == 1
    assert channel.host.departures == [("screen-1", SESSION)]
    assert channel.host.connections == 1


def test_a_gateway_that_is_not_let_in_says_so_and_goes_on_trying(broker, caplog):
    url = broker.url.replace("a%20password", "another")
    with running(MqttChannel(url, broker.public_url, seed="test"), connected=False) as channel:
        channel.publish("lift-1", {"revision": 1})
        deadline = time.monotonic() + 10
        while caplog.text.count("Not authorized") < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert channel.host.connections == 0
    assert caplog.text.count("Not authorized") >= 2
    assert "another" not in caplog.text
