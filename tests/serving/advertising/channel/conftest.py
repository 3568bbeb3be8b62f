import pytest

from serving.advertising.channel.mqtt import MqttChannel
from tests.serving.advertising.channel.broker import MOSQUITTO, running_broker
from tests.serving.advertising.channel.recording_host import running


@pytest.fixture(scope="session")
def known_gateway(tmp_path_factory):
    """What a broker keeps once a gateway has seen to its own rights; skips without mosquitto."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    with running_broker(tmp_path_factory.mktemp("first") / "broker") as broker:
        with running(MqttChannel(broker.url, broker.public_url, seed="test")):
            pass
        return broker.security.read_text()


@pytest.fixture
def broker(tmp_path, known_gateway):
    """A broker that answers, and knows gateways but no screens."""
    with running_broker(tmp_path / "broker", known_gateway) as broker:
        yield broker
