"""Gateways over HTTP that share a store and a real broker."""

import contextlib
import json
import time

import pytest

from serving.advertising.channel.mqtt import MqttChannel
from serving.advertising.store import lifts, screens
from tests.serving.advertising.channel.broker import PASSWORD
from tests.serving.advertising.channel.broker_client import BrokerClient, Refused, connected
from tests.serving.advertising.scripted_recognizer import ScriptedRecognizer, person
from tests.serving.advertising.service import running_service

SESSION = "6f1c1b9e-5b0a-4a6f-9d2e-0c8f1f0f7a11"
LATER = "0d5a8c0e-9a3b-4f57-8a33-6d2f3a0b9c22"
OTHER = "b1c7a2d4-3e5f-4a6b-8c9d-0e1f2a3b4c5d"


@contextlib.contextmanager
def gateway(broker, store, recognizer=None):
    channel = MqttChannel(broker.url, broker.public_url, seed="test", grace=0.3)
    with running_service(store, recognizer, channel=channel) as service:
        yield service


@pytest.fixture
def store(tmp_path):
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def pair(broker, store):
    """Two gateways on one store; the first sees somebody with a pram in each snapshot."""
    seen = ScriptedRecognizer(person("holding_baby"))
    with gateway(broker, store, seen) as first, gateway(broker, store) as second:
        yield first, second


def told(service, token):
    """How a screen is to listen; asked for until the gateway has found its broker."""
    for _ in range(200):
        answer = service.screen(token, "GET", "/channel")
        if answer.status_code != 503:
            break
        time.sleep(0.05)
    return answer


def will(given, session):
    return given["presence_topic"], {"session": session, "online": False}


@contextlib.contextmanager
def listening(broker, service, token, session=SESSION):
    """A screen as its page is one: its presence by HTTP, then its connection to the broker."""
    body = {"session": session, "playing": None}
    assert service.screen(token, "POST", "/presence", json=body).status_code == 200
    given = told(service, token).json()
    with connected(
        broker.websocket_port,
        given["username"],
        token,
        websocket=True,
        will=will(given, session),
    ) as screen:
        assert screen.subscribe(given["topic"]) == "Granted QoS 1"
        online = json.dumps({"session": session, "online": True})
        assert screen.publish(given["presence_topic"], online) == "Success"
        yield screen


def lose_screen(broker, service, token, session):
    """Has a screen lose its connection; returns once the store knows."""
    with listening(broker, service, token, session) as screen:
        screen.lose()
    (name,) = {it["name"] for it in service.read(screens.listed) if it["session"] == session}
    for _ in range(200):
        if offline_at(service, name) is not None:
            return
        time.sleep(0.05)
    pytest.fail(f"{name} never shows offline")


def offline_at(service, name):
    shown = {it["name"]: it["offline_at"] for it in service.read(screens.listed)}
    return shown[name]


def test_a_decision_of_one_gateway_reaches_screens_of_another(broker, pair):
    first, second = pair
    camera, token = first.enrol()
    first.approve("pram", "house")
    first.put_in_force()
    second.refresh()
    headers = {"Authorization": f"Bearer {token}"}
    with (
        listening(broker, second, token) as screen,
        second.http.stream("GET", "/v1/screens/me/events", headers=headers) as stream,
    ):
        lines = stream.iter_lines()
        next(line for line in lines if line.startswith("data:"))
        decision = first.snapshot(camera).json()["decision"]
        assert decision is not None

        def is_told(state):
            return state["decision"] is not None and state["decision"]["id"] == decision

        assert screen.until(is_told)["lift"] == "lift-1"
        states = (json.loads(line[5:]) for line in lines if line.startswith("data:"))
        assert next(state for state in states if is_told(state))["screen"] == "screen-1"


def test_a_broker_that_lost_its_states_is_given_those_of_all_lifts_again(broker, pair):
    first, _ = pair
    _, token = first.enrol()
    with listening(broker, first, token):
        pass
    broker.kill()
    broker.lose_states()
    broker.start()
    with connected(broker.port, "screen-1", token) as screen:
        screen.subscribe("graftnet/lifts/lift-1/state")
        assert screen.next()["lift"] == "lift-1"


def test_what_concerns_all_is_published_for_every_lift(broker, store):
    async def enrol_many(connection):
        for number in range(250):
            await lifts.enrol(connection, f"lift-{number:03}", now=0.0)

    with gateway(broker, store) as service:
        service.write(enrol_many)
        service.enrol("lift-x", "screen-x")
        told(service, service.write(screens.rotate_token, "screen-x"))
        service.refresh()
        with connected(broker.port, "_gateway", PASSWORD, client_id="observer") as observer:
            observer.subscribe("graftnet/lifts/+/state")
            published = {observer.next()["lift"] for _ in range(251)}
    assert published == {f"lift-{number:03}" for number in range(250)} | {"lift-x"}


@pytest.mark.parametrize("session", [SESSION, LATER])
def test_a_takeover_by_the_same_client_id_never_shows_offline(broker, store, session):
    with gateway(broker, store) as service:
        _, token = service.enrol()
        _, other = service.enrol("lift-2", "screen-2")
        with listening(broker, service, token) as former:
            with listening(broker, service, token, session):
                assert former.closed.wait(5)
                lose_screen(broker, service, other, OTHER)  # of the same grace, and later
                assert offline_at(service, "screen-1") is None
            assert offline_at(service, "screen-1") is None


def test_a_lost_screen_shows_offline_until_it_is_back(broker, store):
    with gateway(broker, store) as service:
        _, token = service.enrol()
        lose_screen(broker, service, token, SESSION)
        with listening(broker, service, token):
            assert offline_at(service, "screen-1") is None


def test_a_revoked_screen_loses_its_connection_and_gets_no_other(broker, store):
    with gateway(broker, store) as service:
        _, token = service.enrol()
        with listening(broker, service, token) as screen:
            service.write(screens.revoke_token, "screen-1")
            service.run(service.gateway.channel.access.revoke("screen-1"))
            assert screen.closed.wait(5)
        assert told(service, token).status_code == 401
        with pytest.raises(Refused, match=r"Not authorized"):
            BrokerClient(broker.port, "screen-1", token)


def test_a_token_that_is_revoked_while_its_screen_is_let_in_opens_nothing(
    broker, store, monkeypatch
):
    with gateway(broker, store) as service:
        _, token = service.enrol()
        told(service, token)
        access = service.gateway.channel.access
        service.run(access.revoke("screen-1"))
        grant = access.grant

        async def revoked_before(*given):
            async with service.gateway.database.write() as connection:
                await screens.revoke_token(connection, "screen-1")
            await grant(*given)

        monkeypatch.setattr(access, "grant", revoked_before)
        assert service.screen(token, "GET", "/channel").status_code == 401
        with pytest.raises(Refused, match=r"Not authorized"):
            BrokerClient(broker.port, "screen-1", token)


def test_a_new_token_is_let_in_and_the_former_is_not(broker, store):
    with gateway(broker, store) as service:
        _, former = service.enrol()
        told(service, former)
        token = service.write(screens.rotate_token, "screen-1")
        with listening(broker, service, token):
            pass
        with pytest.raises(Refused, match=r"Not authorized"):
            BrokerClient(broker.port, "screen-1", former)


def test_without_its_broker_a_gateway_answers_and_tells_screens_to_ask_again(broker, store):
    broker.kill()
    with gateway(broker, store) as service:
        _, token = service.enrol()
        answer = service.screen(token, "GET", "/channel")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert "broker" in answer.json()["detail"]
        assert service.screen(token, "GET", "").json()["lift"] == "lift-1"
        broker.start()
        with listening(broker, service, token):
            pass


def test_a_removed_lift_leaves_nothing_at_the_broker(broker, store):
    with gateway(broker, store) as service:
        _, token = service.enrol()
        with listening(broker, service, token) as screen:
            service.refresh()
            assert screen.until(lambda state: state is not None)["lift"] == "lift-1"
            service.write(lifts.remove, "lift-1")
            service.run(service.gateway.channel.forget("lift-1"))
            assert screen.until(lambda state: state is None) is None
            service.run(service.gateway.channel.access.revoke("screen-1"))
            assert screen.closed.wait(5)


def test_unfit_presence_is_counted_in_the_metrics(broker, store):
    with gateway(broker, store) as service:
        _, token = service.enrol()
        with listening(broker, service, token) as screen:
            screen.publish("graftnet/lifts/lift-1/screens/screen-1/presence", b"x" * 5000)
            for _ in range(200):
                page = service.http.get("/metrics").text
                if "graftnet_advertise_unfit_messages_total 1.0" in page:
                    break
                time.sleep(0.05)
        assert "graftnet_advertise_unfit_messages_total 1.0" in page
        assert offline_at(service, "screen-1") is None
