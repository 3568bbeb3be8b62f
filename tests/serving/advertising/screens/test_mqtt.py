"""A screen's channel through a real broker and the real mqtt.js."""

import json
import shutil
import socket
import subprocess
import time

import paho.mqtt.client as mqtt
import pytest

from tests.serving.advertising.screens.device import Device
from tests.serving.advertising.screens.fake_gateway import TOKEN

TOPIC = "graftnet/lifts/lift-1/state"
PRESENCE = "graftnet/lifts/lift-1/screens/screen-1/presence"

pytestmark = pytest.mark.skipif(not shutil.which("mosquitto"), reason="mosquitto is not installed")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def ports(tmp_path):
    """A broker's ports: MQTT for the test, WebSocket with passwords for screens."""
    plain, web = free_port(), free_port()
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", passwords, "screen-1", TOKEN], check=True)
    configuration = tmp_path / "mosquitto.conf"
    configuration.write_text(
        "per_listener_settings true\nuser root\n"
        f"listener {plain} 127.0.0.1\nallow_anonymous true\n"
        f"listener {web} 127.0.0.1\nprotocol websockets\npassword_file {passwords}\n"
    )
    broker = subprocess.Popen(["mosquitto", "-c", configuration], stderr=subprocess.DEVNULL)
    yield plain, web
    broker.terminate()
    broker.wait()


@pytest.fixture
def gateway_client(ports):
    """The gateway's own connection to the broker, and the presences that it is told."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    told: list[dict] = []
    client.on_message = lambda _, __, message: told.append(json.loads(message.payload))
    for _ in range(200):
        try:
            client.connect("127.0.0.1", ports[0])
            break
        except ConnectionRefusedError:
            time.sleep(0.02)
    client.subscribe(PRESENCE, qos=1)
    client.loop_start()
    yield client, told
    client.loop_stop()


@pytest.fixture
def by_mqtt(gateway, ports):
    gateway.channel = {
        "kind": "mqtt",
        "url": f"ws://127.0.0.1:{ports[1]}/",
        "username": "screen-1",
        "topic": TOPIC,
        "presence_topic": PRESENCE,
    }
    return gateway


def test_the_retained_state_and_each_change_are_shown(by_mqtt, gateway_client, context):
    client, _ = gateway_client
    shared = {key: value for key, value in by_mqtt.state.items() if key != "screen"}
    retained = shared | {"revision": 5}
    client.publish(TOPIC, json.dumps(retained), qos=1, retain=True).wait_for_publish(5)
    device = Device(context, by_mqtt)
    device.until(lambda status: status["revision"] == 5)
    override = {"id": "o", "text": "Fire!", "item": None}
    changed = shared | {"revision": 6, "override": override}
    client.publish(TOPIC, json.dumps(changed), qos=1, retain=True)
    device.until(lambda status: status["scene"] == "override")
    assert not any("Content Security Policy" in line for line in device.log)


def test_presence_names_the_page_that_has_come_or_gone(by_mqtt, gateway_client, context):
    _, told = gateway_client
    first = Device(context, by_mqtt)
    one = first.until(lambda status: status["connected"])["session"]
    first.eventually(lambda: told)
    assert told == [{"session": one, "online": True}]

    second = Device(context, by_mqtt, enrol=False)
    two = second.until(lambda status: status["connected"])["session"]
    second.eventually(lambda: {"session": two, "online": True} in told)
    second.eventually(lambda: {"session": one, "online": False} in told)
