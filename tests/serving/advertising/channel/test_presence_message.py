"""What screens may say of themselves through a broker."""

import json

import pytest

from serving.advertising.channel.presence_message import PresenceMessage

SESSION = "6f1c1b9e-5b0a-4a6f-9d2e-0c8f1f0f7a11"
FIT = {"session": SESSION, "online": False}


def test_a_presence_is_read():
    read = PresenceMessage.parse(json.dumps(FIT).encode())
    assert (read.session, read.online) == (SESSION, False)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"null",
        b"[1]",
        b"\xff\xfe",
        json.dumps({"session": SESSION}).encode(),
        json.dumps(FIT | {"session": "mine"}).encode(),
        json.dumps(FIT | {"online": "no"}).encode(),
        json.dumps(FIT | {"more": 1}).encode(),
        json.dumps(FIT).encode() + b" " * 256,
        b"[" * 100_000,
    ],
)
def test_anything_else_is_none(payload):
    assert PresenceMessage.parse(payload) is None
