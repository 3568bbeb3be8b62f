"""Addresses of brokers, and who the gateway is there."""

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.channel.mqtt import MqttChannel
from serving.advertising.channel.mqtt_access import DynamicSecurity
from serving.advertising.channel.mqtt_address import BrokerAddress


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://_gateway:secret@broker", "broker", 1883, False),
        ("mqtts://_gateway:secret@broker", "broker", 8883, True),
        ("mqtt://_gateway:secret@[::1]:1884/", "::1", 1884, False),
    ],
)
def test_an_address_has_a_host_a_port_and_a_user(url, host, port, tls):
    address = BrokerAddress.parse(url)
    assert (address.host, address.port, address.tls) == (host, port, tls)
    assert (address.username, address.password) == ("_gateway", "secret")


def test_a_password_may_hold_what_a_url_keeps_for_itself():
    assert BrokerAddress.parse("mqtt://_gateway:a%2Fb%40c@broker").password == "a/b@c"


@pytest.mark.parametrize(
    "url",
    [
        "http://_gateway:secret@broker",
        "mqtt://broker:1883",
        "mqtt://_gateway@broker",
        "mqtt://_gateway:secret@broker:many",
        "mqtt://_gateway:secret@",
        "broker",
    ],
)
def test_another_address_is_refused_in_one_line_without_its_password(url):
    with pytest.raises(GraftNetError, match=r"expected mqtt://user:password@host:1883") as error:
        BrokerAddress.parse(url)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


def test_neither_text_nor_repr_tells_the_password():
    address = BrokerAddress.parse("mqtts://_gateway:secret@broker")
    assert str(address) == "mqtts://_gateway@broker:8883"
    assert "secret" not in repr(address)


def test_a_file_of_certificates_that_is_not_there_is_named(tmp_path):
    with pytest.raises(GraftNetError, match=r"ca\.pem cannot be read; expected a PEM file"):
        BrokerAddress.parse("mqtts://_g:s@broker").tls_context(str(tmp_path / "ca.pem"))


def test_without_tls_no_certificate_is_checked_and_with_it_one_is():
    assert BrokerAddress.parse("mqtt://_g:s@broker").tls_context(None) is None
    assert BrokerAddress.parse("mqtts://_g:s@broker").tls_context(None).check_hostname


def test_screens_need_a_websocket_address():
    with pytest.raises(GraftNetError, match=r"expected wss://host:port/"):
        MqttChannel("mqtt://_gateway:secret@broker", "https://broker/")


@pytest.mark.parametrize("username", ["gateway", "screen-1", "9"])
def test_the_gateways_user_is_none_that_a_screen_could_be_named_as(username):
    with pytest.raises(GraftNetError, match=r"as in _gateway"):
        DynamicSecurity(username)
