"""One attempt and its outcome."""

import io
import uuid

import httpx
import pytest
from PIL import Image

from graftnet_tf.errors import GraftNetError
from serving.advertising.lift_agent.settings import GatewaySettings
from serving.advertising.lift_agent.upload import Kind, Outcome, Uploader, gateway_client
from tests.serving.advertising.lift_agent.fake_gateway import serving
from tests.serving.certificates import Authority

BOOT = uuid.UUID("12345678-1234-4234-8234-123456789abc")
JPEG = b"\xff\xd8picture\xff\xd9"


def uploader(answer, *, lift="lift-1", token=lambda: "token-1"):
    """An uploader whose requests are answered by a function of them."""
    settings = GatewaySettings("https://gateway.example", lift, "")
    client = gateway_client(settings, httpx.MockTransport(answer))
    return Uploader(client, lift, token=token, boot_id=BOOT)


def outcome(status, *, retry_after=None, **answer):
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return uploader(lambda _: httpx.Response(status, headers=headers, **answer)).upload(JPEG, 0)


def test_a_request_is_what_the_gateway_expects():
    requests = []

    def answer(request):
        requests.append(request)
        return httpx.Response(200, json={"people": 2, "decision": None, "next_in": 5.0})

    tokens = iter(["token-1", "token-2"])
    snapshots = uploader(answer, lift="tower a/3", token=lambda: next(tokens))
    assert snapshots.upload(JPEG, 0.0824) == Outcome(Kind.TAKEN, 200, wait=5.0)
    snapshots.upload(JPEG, -0.1)
    first, second = requests
    assert first.method == "POST"
    assert str(first.url) == "https://gateway.example/v1/lifts/tower%20a%2F3/snapshots"
    assert first.content == JPEG
    sent = {
        name: first.headers[name]
        for name in ("Authorization", "Content-Type", "Boot-Id", "Sequence", "Snapshot-Age")
    }
    assert sent == {
        "Authorization": "Bearer token-1",
        "Content-Type": "image/jpeg",
        "Boot-Id": str(BOOT),
        "Sequence": "1",
        "Snapshot-Age": "82",
    }
    assert second.headers["Authorization"] == "Bearer token-2"
    assert second.headers["Sequence"] == "2"
    assert second.headers["Boot-Id"] == str(BOOT)
    assert second.headers["Snapshot-Age"] == "0"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Kind.DROPPED),
        (401, Kind.REFUSED),
        (403, Kind.REFUSED),
        (404, Kind.REFUSED),
        (409, Kind.DROPPED),
        (413, Kind.DROPPED),
        (415, Kind.DROPPED),
        (422, Kind.DROPPED),
        (429, Kind.BUSY),
        (500, Kind.FAILED),
        (502, Kind.FAILED),
        (503, Kind.BUSY),
        (302, Kind.FAILED),
        (204, Kind.FAILED),
        (418, Kind.FAILED),
    ],
)
def test_each_status_has_its_outcome(status, kind):
    found = outcome(status, json={"detail": "What  was\nwrong."})
    assert found == Outcome(kind, status, reason=f"{status} What was wrong.")


def test_a_proxy_s_words_are_left_out():
    assert outcome(502, html="<h1>Bad gateway</h1>").reason == "502 Bad Gateway"
    assert len(outcome(400, json={"detail": "x" * 9999}).reason) < 250


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [("7", 7.0), ("0.5", 0.5), (None, 0), ("soon", 0), ("-3", 0), ("nan", 0), ("86400", 3600)],
)
def test_retry_after_is_heeded(status, retry_after, wait):
    assert outcome(status, retry_after=retry_after).wait == wait


def test_retry_after_is_for_a_gateway_that_is_busy():
    assert outcome(500, retry_after="7").wait == 0


@pytest.mark.parametrize(
    "answer", [{"html": "<h1>Log in</h1>"}, {"json": []}, {"json": {"welcome": "to the portal"}}]
)
def test_not_everything_that_answers_is_the_gateway(answer):
    found = outcome(200, **answer)
    assert (found.kind, found.reason) == (Kind.FAILED, "It is not the gateway that answered.")


@pytest.mark.parametrize(("next_in", "wait"), [(2.5, 2.5), (0, 0), (-1, 0), (None, 0), (1e9, 3600)])
def test_next_in_is_a_time_that_makes_sense(next_in, wait):
    found = outcome(200, json={"people": 0, "decision": None, "next_in": next_in})
    assert found == Outcome(Kind.TAKEN, 200, wait=wait)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpx.ConnectError("Connection refused"), "Connection refused"),
        (httpx.ReadTimeout(""), "ReadTimeout"),
        (httpx.RemoteProtocolError("Server disconnected"), "Server disconnected"),
    ],
)
def test_without_an_answer_the_number_is_used_up(error, reason):
    numbers = []

    def answer(request):
        numbers.append(request.headers["Sequence"])
        raise error

    snapshots = uploader(answer)
    assert snapshots.upload(JPEG, 0) == Outcome(Kind.FAILED, reason=reason)
    snapshots.upload(JPEG, 0)
    assert numbers == ["1", "2"]


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_that_cannot_be_read_is_an_error(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    settings = GatewaySettings("https://a", "lift-1", "", tls_ca=str(path))
    with pytest.raises(GraftNetError, match=r"PEM file .*/ca\.pem cannot be read: .*authority"):
        gateway_client(settings)


def test_a_gateway_is_trusted_with_its_authority_alone(tmp_path):
    picture = io.BytesIO()
    Image.new("RGB", (32, 24)).save(picture, "JPEG")
    authority = Authority(tmp_path)

    def upload(**trust):
        settings = GatewaySettings(gateway.url, "lift-1", "", **trust)
        with gateway_client(settings) as client:
            snapshots = Uploader(client, "lift-1", token=lambda: "token-1", boot_id=BOOT)
            return snapshots.upload(picture.getvalue(), 0)

    with serving(authority.sign("localhost")) as gateway:
        assert upload(tls_ca=authority.ca) == Outcome(Kind.TAKEN, 200)
        stranger = upload()
    assert stranger.kind is Kind.FAILED
    assert "certificate verify failed" in stranger.reason
    assert [snapshot.size for snapshot in gateway.snapshots] == [(32, 24)]
