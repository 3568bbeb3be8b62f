"""What settings refuse."""

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.lift_agent.settings import (
    AgentSettings,
    GatewaySettings,
    MotionSettings,
    SourceSettings,
)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://gateway.example", False),
        ("https://gateway.example:8443/", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://localhost", False),
        ("http://gateway.example", True),
    ],
)
def test_pictures_travel_encrypted_unless_allowed(url, allowed):
    assert GatewaySettings(url, "lift-1", "token", allow_http=allowed).url == url


@pytest.mark.parametrize("url", ["http://gateway.example", "http://10.0.0.1", "http://[fe80::1]"])
def test_unencrypted_pictures_are_refused(url):
    with pytest.raises(GraftNetError, match=r"people would travel unencrypted"):
        GatewaySettings(url, "lift-1", "token")


@pytest.mark.parametrize(
    "url",
    ["", "gateway", "ftp://gateway", "https://", "https://a:port", "https://a/?q", "https://a/#f"],
)
def test_what_is_no_gateway_is_refused(url):
    with pytest.raises(GraftNetError, match=r"expected https://HOST"):
        GatewaySettings(url, "lift-1", "token")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SourceSettings(""), r"source is empty"),
        (lambda: SourceSettings("a.mp4", timeout=0), r"timeout of the source is 0 s"),
        (lambda: SourceSettings("a", image_seconds=-1), r"shown is -1 s"),
        (lambda: GatewaySettings("https://a", "", "token"), r"lift is ''"),
        (lambda: GatewaySettings("https://a", "..", "token"), r"lift is '\.\.'"),
        (lambda: GatewaySettings("https://a", "b", "token", timeout=float("inf")), r"is inf s"),
        (lambda: MotionSettings(level=255), r"level is 255"),
        (lambda: MotionSettings(level=float("nan")), r"level is nan"),
        (lambda: MotionSettings(share=0), r"share is 0"),
        (lambda: MotionSettings(share=1.1), r"share is 1\.1"),
        (lambda: MotionSettings(memory=0), r"memory is 0 s"),
        (lambda: AgentSettings(look_interval=0), r"looks is 0 s"),
        (lambda: AgentSettings(min_interval=5, max_interval=4), r"5 to 4 s apart"),
        (lambda: AgentSettings(min_interval=-1), r"-1 to 60 s apart"),
        (lambda: AgentSettings(max_interval=float("nan")), r"2 to nan s apart"),
        (lambda: AgentSettings(longest_side=15), r"longest side is 15"),
        (lambda: AgentSettings(quality=0), r"quality is 0"),
        (lambda: AgentSettings(quality=96), r"quality is 96"),
    ],
)
def test_values_out_of_range_are_refused(make, message):
    with pytest.raises(GraftNetError, match=message):
        make()
