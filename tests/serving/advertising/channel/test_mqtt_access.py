"""Screens that are let in and shut out at a real broker."""

import json

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.channel import mqtt_access
from serving.advertising.channel.mqtt import MqttChannel
from serving.advertising.channel.topics import presence_topic, state_topic
from serving.advertising.store.screens import Credential
from serving.advertising.store.tokens import token_hash
from tests.serving.advertising.channel.broker_client import BrokerClient, Refused, connected
from tests.serving.advertising.channel.recording_host import running

REFUSED = "Not authorized"
ONLINE = json.dumps({"session": "6f1c1b9e-5b0a-4a6f-9d2e-0c8f1f0f7a11", "online": True})


@pytest.fixture
def channel(broker):
    """Two lifts with a screen each."""
    with running(MqttChannel(broker.url, broker.public_url, seed="test")) as channel:
        channel.grant("screen-1", "lift-1", "token-1")
        channel.grant("screen-2", "lift-2", "token-2")
        yield channel


def test_granting_twice_leaves_the_connection_be(broker, channel):
    with connected(broker.port, "screen-1", "token-1") as screen:
        channel.grant("screen-1", "lift-1", "token-1")
        assert screen.publish(presence_topic("lift-1", "screen-1"), ONLINE) == "Success"
    assert not screen.messages.qsize()


def test_a_new_token_ends_the_connection_and_the_former_token(broker, channel):
    screen = BrokerClient(broker.port, "screen-1", "token-1")
    channel.grant("screen-1", "lift-1", "token-3")
    assert screen.closed.wait(5)
    screen.end()
    with pytest.raises(Refused, match=REFUSED):
        BrokerClient(broker.port, "screen-1", "token-1")
    with connected(broker.port, "screen-1", "token-3") as screen:
        assert screen.subscribe(state_topic("lift-1")) == "Granted QoS 1"


def test_a_screen_that_moved_hears_its_new_lift_alone(broker, channel):
    channel.grant("screen-1", "lift-2", "token-1")
    with connected(broker.port, "screen-1", "token-1") as screen:
        assert screen.subscribe(state_topic("lift-1")) == REFUSED
        assert screen.subscribe(state_topic("lift-2")) == "Granted QoS 1"


def test_what_a_screen_subscribed_to_before_it_moved_is_kept_from_it(broker, channel):
    former = BrokerClient(broker.port, "screen-1", "token-1", session_seconds=60)
    former.subscribe(state_topic("lift-1"))
    channel.grant("screen-1", "lift-2", "token-1")
    assert former.closed.wait(5)
    former.end()
    with connected(broker.port, "screen-1", "token-1", session_seconds=60) as screen:
        channel.publish("lift-1", {"lift": "lift-1"})
        channel.run(channel.channel.flush())
        screen.subscribe(state_topic("lift-2"))
        channel.publish("lift-2", {"lift": "lift-2"})
        assert screen.next() == {"lift": "lift-2"}


def test_a_revoked_screen_is_cut_off_and_others_are_not(broker, channel):
    screen = BrokerClient(broker.port, "screen-1", "token-1")
    with connected(broker.port, "screen-2", "token-2") as other:
        channel.revoke("screen-1")
        channel.revoke("screen-1")
        channel.revoke("screen-9")
        assert screen.closed.wait(5)
        assert other.publish(presence_topic("lift-2", "screen-2"), ONLINE) == "Success"
    screen.end()
    with pytest.raises(Refused, match=REFUSED):
        BrokerClient(broker.port, "screen-1", "token-1")


def test_what_was_granted_outlives_a_restart_and_no_token_is_kept(broker, channel):
    broker.kill()
    assert "token-1" not in broker.security.read_text()
    broker.start()
    with connected(broker.port, "screen-1", "token-1") as screen:
        assert screen.subscribe(state_topic("lift-1")) == "Granted QoS 1"


def test_who_was_revoked_while_the_broker_was_away_is_shut_out_when_it_is_back(
    broker, channel, monkeypatch
):
    monkeypatch.setattr(mqtt_access, "_PAGE", 2)
    for number in (3, 4, 5):
        channel.grant(f"screen-{number}", "lift-1", f"token-{number}")
    broker.kill()
    channel.revoke("screen-1")
    channel.host.credentials = {
        "screen-2": Credential("lift-2", token_hash("token-2")),
        "screen-3": Credential("lift-1", token_hash("a new token")),
        "screen-4": Credential("another lift", token_hash("token-4")),
        "screen-5": Credential("lift-1", token_hash("token-5")),
    }
    broker.start()
    channel.host.wait_until(lambda: channel.host.connections == 2)
    channel.run(channel.channel.access.keep_only(channel.host.enrolled))
    for number in (2, 5):
        with connected(broker.port, f"screen-{number}", f"token-{number}"):
            pass
    for number in (1, 3, 4):
        with pytest.raises(Refused, match=REFUSED):
            BrokerClient(broker.port, f"screen-{number}", f"token-{number}")


def test_without_a_broker_granting_says_so(broker, channel):
    broker.kill()
    with pytest.raises(GraftNetError, match=r"broker.*(not reached|does not answer)"):
        channel.grant("screen-1", "lift-1", "another token")


def test_two_gateways_that_grant_at_once_let_the_screen_in(broker, channel):
    credentials = channel.host.credentials
    credentials["screen-1"] = Credential("lift-1", token_hash("token-6"))
    with running(
        MqttChannel(broker.url, broker.public_url, seed="other"), credentials=credentials
    ) as other:
        # What it found at the broker when it came is gone.
        other.run(other.channel.access.keep_only(other.host.enrolled))
        granted = [
            one.begin(one.channel.access.grant("screen-1", "lift-1", "token-6"))
            for one in (channel, other)
        ]
        for one in granted:
            one.result(10)
    with connected(broker.port, "screen-1", "token-6"):
        pass
