import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.xibo import XiboSettings


def settings(**changes):
    values = {
        "url": "https://cms.example",
        "client_id": "application",
        "client_secret": "a secret",
        "display_groups": {"lift-1": 1, "lift-2": 2},
    }
    return XiboSettings(**{**values, **changes})


def test_the_secret_is_not_printed():
    assert "a secret" not in repr(settings())


@pytest.mark.parametrize(
    "url", ["https://cms.example/xibo", "http://127.0.0.1:8080", "http://localhost"]
)
def test_addresses(url):
    assert settings(url=url).url == url


def test_unencrypted_addresses_are_to_be_allowed():
    with pytest.raises(GraftNetError, match=r"its secret would travel unencrypted\. Use https"):
        settings(url="http://cms.example")
    settings(url="http://cms.example", allow_http=True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"url": "cms.example"}, r"is at cms\.example; expected https://HOST"),
        ({"url": "https://[cms"}, r"is at https://\[cms; expected"),
        ({"url": "https://cms.example?a=b"}, r"expected https://HOST"),
        ({"url": "https://cms.example/api/"}, r"expected .* Leave /api out\."),
        ({"client_id": ""}, r"client_id is empty"),
        ({"client_secret": ""}, r"client_secret is empty"),
        ({"display_groups": {"lift-1": 0}}, r"group of lift lift-1 is 0; expected its number"),
        ({"display_groups": {"lift-1": "1"}}, r"group of lift lift-1 is '1'; expected"),
        ({"display_groups": {"a": 1, "b": 1}}, r"group 1 has 2 lifts, whose values would replace"),
        ({"ttl": 0}, r"ttl is 0 s; expected whole seconds, at least 1\."),
        ({"ttl": 1.5}, r"ttl is 1\.5 s"),
        ({"min_seconds": 0}, r"are 0 s apart; expected more than 0 and at most 30 s"),
        ({"min_seconds": 31}, r"are 31 s apart; expected more than 0 and at most 30 s"),
        ({"min_seconds": float("nan")}, r"are nan s apart"),
        ({"absent": "zero"}, r"absent is 'zero'; expected 'ttl' or 'none'\."),
        ({"timeout": 0}, r"timeout is 0 s; expected more than 0\."),
    ],
)
def test_values_out_of_range_are_told(changes, told):
    with pytest.raises(GraftNetError, match=told):
        settings(**changes)
