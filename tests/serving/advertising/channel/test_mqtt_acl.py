"""What a screen may do at a real broker, and nobody else."""

import json
import uuid

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.channel.mqtt import MqttChannel
from serving.advertising.channel.topics import presence_topic, state_topic
from tests.serving.advertising.channel.broker import PASSWORD, running_broker
from tests.serving.advertising.channel.broker_client import BrokerClient, Refused, connected
from tests.serving.advertising.channel.recording_host import running

REFUSED = "Not authorized"
ONLINE = json.dumps({"session": "6f1c1b9e-5b0a-4a6f-9d2e-0c8f1f0f7a11", "online": True})


@pytest.fixture(scope="module")
def broker(tmp_path_factory, known_gateway):
    """One for all of these tests, none of which changes it."""
    with running_broker(tmp_path_factory.mktemp("acl") / "broker", known_gateway) as broker:
        yield broker


@pytest.fixture(scope="module")
def channel(broker):
    """Two lifts with a screen each."""
    with running(MqttChannel(broker.url, broker.public_url, seed="test")) as channel:
        channel.grant("screen-1", "lift-1", "token-1")
        channel.grant("screen-2", "lift-2", "token-2")
        yield channel


@pytest.fixture
def watching(broker, channel):
    """Somebody who hears all that is said from now on."""
    with connected(broker.port, "_gateway", PASSWORD, client_id="observer") as client:
        client.subscribe("graftnet/#")
        now = {"revision": str(uuid.uuid4())}
        channel.publish("lift-2", now)
        client.until(lambda message: message == now)
        yield client


def test_a_screen_may_hear_its_lift_and_say_that_it_is_online(broker, channel):
    with connected(broker.port, "screen-1", "token-1") as screen:
        assert screen.subscribe(state_topic("lift-1")) == "Granted QoS 1"
        assert screen.publish(presence_topic("lift-1", "screen-1"), ONLINE) == "Success"


@pytest.mark.parametrize(
    "topic",
    [
        "graftnet/lifts/lift-2/state",
        "graftnet/lifts/+/state",
        "graftnet/lifts/#",
        "#",
        "graftnet/lifts/lift-1/screens/screen-1/presence",
        "graftnet/lifts/lift-1/screens/+/presence",
        "graftnet/lifts/lift-2/screens/screen-2/presence",
        "$SYS/#",
        "$CONTROL/dynamic-security/v1/response",
        "$share/group/graftnet/lifts/lift-2/state",
    ],
)
def test_a_screen_may_listen_to_nothing_else(broker, channel, topic):
    with connected(broker.port, "screen-1", "token-1") as screen:
        assert screen.subscribe(topic) == REFUSED
        assert screen.subscribe(state_topic("lift-1")) == "Granted QoS 1"
        own = {"lift": "lift-1", "revision": topic}
        channel.publish("lift-2", {"lift": "lift-2"})
        channel.publish("lift-1", own)
        heard = [screen.next()]
        while heard[-1] != own:
            heard.append(screen.next())
    assert {state["lift"] for state in heard} == {"lift-1"}


@pytest.mark.parametrize(
    "topic",
    [
        "graftnet/lifts/lift-1/state",
        "graftnet/lifts/lift-2/state",
        "graftnet/lifts/lift-2/screens/screen-2/presence",
        "graftnet/lifts/lift-2/screens/screen-1/presence",
        "graftnet/lifts/lift-1/screens/screen-2/presence",
        "$CONTROL/dynamic-security/v1",
    ],
)
def test_a_screen_may_say_nothing_else(broker, channel, watching, topic):
    with connected(broker.port, "screen-1", "token-1") as screen:
        assert screen.publish(topic, ONLINE, retain=True) == REFUSED
    channel.publish("lift-2", {"revision": 1})
    assert watching.next() == {"revision": 1}


def test_a_last_will_for_another_screen_reaches_nobody(broker, channel, watching):
    will = (presence_topic("lift-2", "screen-2"), {"online": False})
    try:
        screen = BrokerClient(broker.port, "screen-1", "token-1", will=will)
    except Refused:
        pass
    else:
        screen.lose()
        screen.end()
    channel.publish("lift-2", {"revision": 1})
    assert watching.next() == {"revision": 1}


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("screen-1", "token-2"),
        ("screen-1", ""),
        ("screen-3", "token-1"),
        ("_gateway", "token-1"),
        (None, None),
    ],
)
@pytest.mark.parametrize("websocket", [False, True])
def test_nobody_is_let_in_without_their_own_token(broker, channel, username, password, websocket):
    port = broker.websocket_port if websocket else broker.port
    with pytest.raises(Refused, match=REFUSED):
        BrokerClient(port, username, password, client_id="screen-1", websocket=websocket)


def test_a_screen_cannot_take_over_the_session_of_another(broker, channel):
    with connected(broker.port, "screen-2", "token-2") as other:
        with pytest.raises(Refused, match=REFUSED):
            BrokerClient(broker.port, "screen-1", "token-1", client_id="screen-2")
        assert other.publish(presence_topic("lift-2", "screen-2"), ONLINE) == "Success"


@pytest.mark.parametrize(
    ("screen", "lift"), [("+", "lift-1"), ("screen-1", "#"), ("a/b", "lift-1"), ("_gateway", "x")]
)
def test_a_name_that_means_more_in_a_topic_is_not_let_in(broker, channel, screen, lift):
    with pytest.raises(GraftNetError, match=r"cannot be let in at the broker"):
        channel.grant(screen, lift, "token")
