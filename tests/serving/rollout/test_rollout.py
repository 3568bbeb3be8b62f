"""Rollouts on embedded servers, which know TF Serving's rules of labels."""

import contextlib
import functools
import os
import threading

import pytest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from graftnet_tf.errors import GraftNetError
from serving.client import Endpoint
from serving.model_server.models.model_config import models_of
from serving.model_server.server import ModelServer
from serving.rollout import config_file, plan
from serving.rollout.replicas import Replicas, every_address
from serving.rollout.rollout import Rollout
from serving.rollout.versions import Versions, find_model, versions_of, with_versions
from tests.serving.model_server.number_models import config, numbers, publish


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    base_path = str(tmp_path_factory.mktemp("models"))
    publish(base_path, 1)
    publish(base_path, 2)
    return base_path


@contextlib.contextmanager
def started(tmp_path, base_path, *, servers=1, **fields):
    """(path of models.config, servers that were started with it)."""
    path = str(tmp_path / "models.config")
    fields = fields or {"model_version_policy": {"specific": {"versions": [1]}}}
    config_file.write(path, config(graftnet=(base_path, fields), other=(base_path, {})))
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(ModelServer(models_of(config_file.read(path)), poll_seconds=0))
            for _ in range(servers)
        ]
        yield path, running


@contextlib.contextmanager
def rolling(path, servers, *, model="graftnet", push=True, timeout=30.0):
    endpoints = [Endpoint(server.address, model, attempts=1, timeout=30) for server in servers]
    with Replicas(endpoints, timeout=timeout) as replicas:
        yield Rollout(path, model, replicas, push=push)


def asked(server, model="graftnet", **spec):
    """The version that answers."""
    request = PredictRequest(model_spec={"name": model, **spec}, inputs=numbers(1))
    channel = Endpoint(server.address, attempts=1).channel()
    with channel:
        reply = PredictionServiceStub(channel).Predict(request, timeout=30)
    return reply.model_spec.version.value


def to_canary(number):
    return functools.partial(plan.canary, version=number)


def test_canary_stable_and_back_on_two_servers_without_a_failed_request(tmp_path, base_path):
    failures, versions, done = [], [], threading.Event()

    def ask(server):
        while not done.is_set():
            try:
                versions.append(asked(server, version_label="stable"))
            except Exception as error:
                failures.append(error)

    with started(tmp_path, base_path, servers=2) as (path, servers), rolling(path, servers) as it:
        it.pin()
        threads = [threading.Thread(target=ask, args=(server,)) for server in servers]
        for thread in threads:
            thread.start()
        it.advance(to_canary(2))
        for server in servers:
            assert asked(server, version_label="canary") == 2
            assert asked(server, version_label="stable") == 1
        it.advance(plan.promote)
        for server in servers:
            assert asked(server, version_label="stable") == 2
            assert asked(server, version_label="previous") == 1
        back = it.advance(plan.rollback)
        done.set()
        for thread in threads:
            thread.join()
        assert (back.served, back.labels) == ({1}, {"stable": 1, "canary": 1})
        assert asked(servers[0]) == asked(servers[1], version_label="canary") == 1
    assert not failures
    assert {1, 2} == set(versions)


def test_a_rule_is_pinned_to_what_it_serves_and_other_models_stay(tmp_path, base_path):
    latest = {"model_version_policy": {"latest": {"num_versions": 2}}}
    with started(tmp_path, base_path, **latest) as (path, servers), rolling(path, servers) as it:
        with pytest.raises(GraftNetError, match="leaves the versions of graftnet open"):
            it.advance(to_canary(2))
        pinned = it.pin()
        with pytest.raises(GraftNetError, match="has labels of graftnet already"):
            it.pin()
        written = config_file.read(path)
        assert pinned == versions_of(find_model(written, "graftnet"))
        assert (pinned.served, pinned.labels) == ({1, 2}, {"stable": 2, "canary": 2})
        assert find_model(written, "other").base_path == base_path
        assert servers[0].store.available()["other"] == [2]


def test_servers_that_poll_the_file_are_waited_for(tmp_path, base_path):
    with started(tmp_path, base_path) as (path, servers):
        stopped = threading.Event()

        def poll():
            while not stopped.wait(0.05):
                servers[0].store.reload(models_of(config_file.read(path)))

        poller = threading.Thread(target=poll)
        poller.start()
        try:
            with rolling(path, servers, push=False) as it:
                it.pin()
                assert it.advance(to_canary(2)).labels == {"stable": 1, "canary": 2}
            assert asked(servers[0], version_label="canary") == 2
        finally:
            stopped.set()
            poller.join()


def test_a_rollout_that_was_killed_is_taken_up_again(tmp_path, base_path):
    with started(tmp_path, base_path) as (path, servers), rolling(path, servers) as it:
        now = it.pin()
        first, _ = plan.canary(now, 2)
        config_file.write(path, with_versions(config_file.read(path), "graftnet", first))
        assert it.advance(to_canary(2)).labels == {"stable": 1, "canary": 2}
        assert asked(servers[0], version_label="canary") == 2


def test_a_version_that_does_not_exist_changes_nothing(tmp_path, base_path):
    with started(tmp_path, base_path) as (path, servers), rolling(path, servers) as it:
        it.pin()
        before = config_file.read(path)
        with pytest.raises(GraftNetError, match=r"No version 7 in .*; there are 1, 2"):
            it.advance(to_canary(7))
        assert config_file.read(path) == before


def test_a_version_that_cannot_be_loaded_is_taken_back(tmp_path):
    base_path = str(tmp_path / "models")
    publish(base_path, 1)
    with started(tmp_path, base_path) as (path, servers), rolling(path, servers) as it:
        it.pin()
        os.makedirs(os.path.join(base_path, "3"))
        before = config_file.read(path)
        with pytest.raises(GraftNetError, match="cannot load version 3"):
            it.advance(to_canary(3))
        assert config_file.read(path) == before
        assert asked(servers[0], version_label="stable") == 1


def test_a_server_that_does_not_follow_is_named_and_the_file_restored(tmp_path, base_path):
    with started(tmp_path, base_path) as (path, servers):
        with rolling(path, servers) as it:
            it.pin()
        before = config_file.read(path)
        with (
            rolling(path, servers, push=False, timeout=0.3) as it,
            pytest.raises(GraftNetError, match=r"after 0\.3 s: version 2 is not available"),
        ):
            it.advance(to_canary(2))
        assert config_file.read(path) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [("nonsense {", "not a ModelServerConfig"), ("", "lists no models")],
)
def test_a_wrong_file_is_refused(tmp_path, text, message):
    path = tmp_path / "models.config"
    path.write_text(text)
    with pytest.raises(GraftNetError, match=message):
        config_file.read(str(path))
    with pytest.raises(GraftNetError, match="does not exist"):
        config_file.read(str(tmp_path / "none.config"))


def test_a_name_stands_for_all_its_addresses(monkeypatch):
    def resolved(host, port, type):
        assert (host, port) == ("replicas", "8500")
        return [
            (family, type, 6, "", (ip, 8500))
            for family, ip in ((2, "10.0.0.2"), (2, "10.0.0.1"), (2, "10.0.0.2"), (10, "fe80::1"))
        ]

    monkeypatch.setattr("socket.getaddrinfo", resolved)
    assert every_address("replicas:8500") == ["10.0.0.1:8500", "10.0.0.2:8500", "[fe80::1]:8500"]


def test_a_wrong_name_is_said_to_be():
    with pytest.raises(GraftNetError, match="Cannot resolve"):
        every_address("no port")


def test_servers_after_one_that_is_gone_are_told_as_well(tmp_path, base_path):
    both = {"model_version_policy": {"specific": {"versions": [1, 2]}}}
    with started(tmp_path, base_path) as (_, servers):
        gone = Endpoint("127.0.0.1:1", attempts=1, timeout=5)
        living = Endpoint(servers[0].address, attempts=1, timeout=30)
        with (
            Replicas([gone, living], timeout=30) as replicas,
            pytest.raises(GraftNetError, match=r"127\.0\.0\.1:1"),
        ):
            replicas.reload(config(graftnet=(base_path, both)))
        with Replicas([living], timeout=30) as replicas:
            replicas.wait_for(Versions(frozenset({1, 2}), {}))
