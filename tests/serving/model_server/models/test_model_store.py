import contextlib
import gc
import os
import shutil
import threading

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis.model_pb2 import ModelSpec

from graftnet_tf.errors import GraftNetError
from serving.model_server.metrics import Metrics
from serving.model_server.models.batching import Batching
from serving.model_server.models.model_config import ModelConfig
from serving.model_server.models.model_store import ModelStore
from serving.model_server.models.servable import Servable
from serving.model_server.models.served_model import (
    AVAILABLE,
    END,
    LOADING,
    UNLOADING,
    start_serving,
)
from serving.model_server.models.version_policy import All, Latest, Specific
from serving.model_server.requests.admission import Admission
from serving.model_server.requests.bytes_in_flight import BytesInFlight
from serving.model_server.requests.limits import Limits
from serving.model_server.requests.request_error import RequestError
from tests.serving.model_server.number_models import numbers, publish
from tests.serving.model_server.until import until


def load(directory, version):
    return Servable(directory, version, Batching(batch_timeout_micros=0))


@contextlib.contextmanager
def storing(*configs, load=load, **options):
    store = ModelStore(configs, load, **options)
    try:
        yield store
    finally:
        store.stop()


def answer(store, **spec):
    """The version that answers a request; checks that it is the one it says."""
    with store.using(ModelSpec(name="m", **spec)) as model:
        outputs = model.predict("serving_default", numbers(10), limits=Limits()).outputs
        assert outputs["product"].tolist() == [10 * model.version]
        return model.version


def states(store, name="m"):
    return {version: status.state for version, status in store.statuses()[name].items()}


@pytest.mark.parametrize(
    ("policy", "served"),
    [
        (Latest(), [3]),
        (Latest(2), [2, 3]),
        (All(), [1, 2, 3]),
        (Specific(frozenset({1, 3})), [1, 3]),
    ],
    ids=repr,
)
def test_the_versions_of_a_policy_are_served(number_versions, policy, served):
    with storing(ModelConfig("m", number_versions, policy)) as store:
        assert store.available() == {"m": served}
        assert answer(store) == 3
        for version in (1, 2, 3):
            if version in served:
                assert answer(store, version={"value": version}) == version
            else:
                with pytest.raises(RequestError, match=f"Version {version} of 'm' is not loaded"):
                    answer(store, version={"value": version})


def test_labels_lead_to_their_versions(number_versions):
    labels = {"stable": 1, "canary": 2}
    with storing(ModelConfig("m", number_versions, All(), labels)) as store:
        assert answer(store, version_label="stable") == 1
        assert answer(store, version_label="canary") == 2
        with pytest.raises(RequestError, match="Unknown version label 'beta'") as refusal:
            answer(store, version_label="beta")
        assert refusal.value.code == grpc.StatusCode.INVALID_ARGUMENT


def test_labels_move_in_two_steps_from_stable_to_rollback(number_versions):
    def of(*versions, **labels):
        return [ModelConfig("m", number_versions, Specific(frozenset(versions)), labels)]

    with storing(*of(1, stable=1)) as store:
        with pytest.raises(RequestError, match="not available") as refusal:
            store.reload(of(1, 2, stable=2))
        assert refusal.value.code == grpc.StatusCode.FAILED_PRECONDITION
        store.refresh()
        assert store.available() == {"m": [1]}
        store.reload(of(1, 2, stable=1))
        store.refresh()
        store.reload(of(1, 2, stable=2))
        assert answer(store, version_label="stable") == 2
        store.reload(of(1, 2, stable=1))
        assert answer(store, version_label="stable") == 1


def test_an_unused_label_may_come_before_its_version_where_that_is_allowed(number_versions):
    def of(*versions, **labels):
        return [ModelConfig("m", number_versions, Specific(frozenset(versions)), labels)]

    with storing(*of(1, stable=1), allow_labels_for_unavailable=True) as store:
        store.reload(of(1, 2, stable=1, canary=2))
        with pytest.raises(RequestError, match="Version 2 of 'm' is not loaded"):
            answer(store, version_label="canary")
        with pytest.raises(RequestError, match="not available"):
            store.reload(of(1, 2, stable=2))
        store.refresh()
        assert answer(store, version_label="canary") == 2


def test_models_come_and_go_with_the_list(number_versions, tmp_path):
    m, other = (ModelConfig(name, number_versions) for name in ("m", "other"))
    with storing(m) as store:
        store.reload([m, other])
        assert store.available() == {"m": [3], "other": [3]}
        with pytest.raises(GraftNetError, match="No model version in"):
            store.reload([other, ModelConfig("empty", str(tmp_path))])
        assert set(store.available()) == {"m", "other"}
        store.reload([other])
        with pytest.raises(RequestError, match="Unknown model 'm'"):
            answer(store)


def test_a_model_that_leaves_during_a_refresh_is_not_loaded_again(number_versions):
    model = start_serving(ModelConfig("m", number_versions), load)
    model.retire()
    model.refresh()
    assert model.available == []
    assert {status.state for status in model.statuses().values()} == {END}


def test_a_new_base_path_replaces_versions_of_the_same_number(number_versions, tmp_path):
    shutil.copytree(os.path.join(number_versions, "1"), tmp_path / "3")
    with storing(ModelConfig("m", number_versions)) as store:
        assert answer(store) == 3
        store.reload([ModelConfig("m", str(tmp_path))])
        store.refresh()
        with store.using(ModelSpec(name="m")) as model:
            outputs = model.predict("serving_default", numbers(10), limits=Limits()).outputs
        assert outputs["product"].tolist() == [10]
        assert states(store) == {3: AVAILABLE}


def test_the_old_is_freed_when_its_last_request_ends(tmp_path):
    publish(str(tmp_path), 1)
    with storing(ModelConfig("m", str(tmp_path))) as store:
        with store.using(ModelSpec(name="m")) as old:
            publish(str(tmp_path), 2)
            store.refresh()
            assert answer(store) == 2
            assert states(store) == {2: AVAILABLE, 1: UNLOADING}
            again = old.predict("serving_default", numbers(10), limits=Limits())
            assert again.outputs["product"].tolist() == [10]
        assert states(store) == {2: AVAILABLE, 1: END}


def test_a_deleted_version_gives_way_to_the_one_before(tmp_path):
    for version in (1, 2):
        publish(str(tmp_path), version)
    with storing(ModelConfig("m", str(tmp_path))) as store:
        shutil.rmtree(tmp_path / "2")
        store.refresh()
        assert answer(store) == 1
        shutil.rmtree(tmp_path / "1")
        store.refresh()
        assert answer(store) == 1  # nothing to move to


def test_a_version_is_loading_until_it_answers(number_versions):
    go, seen = threading.Event(), []

    def slowly(directory, version):
        if version == 3:
            seen.append(states(store))
            go.wait(timeout=30)
        return load(directory, version)

    with storing(ModelConfig("m", number_versions, Specific(frozenset({1}))), load=slowly) as store:
        store.reload([ModelConfig("m", number_versions)])
        refresh = threading.Thread(target=store.refresh)
        refresh.start()
        while not seen:
            pass
        assert seen == [{3: LOADING, 1: AVAILABLE}]
        assert answer(store) == 1
        go.set()
        refresh.join()
        assert answer(store) == 3


def test_a_reload_wakes_the_poller(number_versions):
    with storing(ModelConfig("m", number_versions, Specific(frozenset({1})))) as store:
        store.start_polling(0)
        moved = threading.Event()
        store.watch(lambda: moved.set() if store.available() == {"m": [2]} else None)
        store.reload([ModelConfig("m", number_versions, Specific(frozenset({2})))])
        assert moved.wait(timeout=30)


def test_versions_named_with_zeros_are_served_and_backups_are_not(number_versions, tmp_path):
    for version, name in ((1, "0001"), (2, "0002"), (3, "3.bak")):
        shutil.copytree(os.path.join(number_versions, str(version)), tmp_path / name)
    with storing(ModelConfig("m", str(tmp_path), All())) as store:
        assert store.available() == {"m": [1, 2]}
        assert answer(store, version={"value": 1}) == 1
        os.rename(tmp_path / "3.bak", tmp_path / "0003")
        store.refresh()
        assert answer(store) == 3


def test_a_version_that_is_named_and_not_there_ends_the_start(number_versions):
    with pytest.raises(GraftNetError, match=r"No version 7 in .* No version 8 in"):
        start_serving(ModelConfig("m", number_versions, Specific(frozenset({1, 7, 8}))), load)


def test_a_version_that_is_named_and_not_there_is_told(number_versions, tmp_path, caplog):
    shutil.copytree(os.path.join(number_versions, "1"), tmp_path / "1")
    two = ModelConfig("m", str(tmp_path), Specific(frozenset({1, 2})))
    with storing(ModelConfig("m", str(tmp_path))) as store:
        store.reload([two])
        store.refresh()
        assert states(store) == {2: END, 1: AVAILABLE}
        assert store.statuses()["m"][2].error.startswith(f"No version 2 in {tmp_path}")
        assert "No version 2 in" in caplog.text
        store.reload([two])  # what was wrong before is not told of the new list
        assert states(store) == {1: AVAILABLE}
        shutil.copytree(os.path.join(number_versions, "2"), tmp_path / "2")
        store.refresh()
        assert states(store) == {2: AVAILABLE, 1: AVAILABLE}
        shutil.rmtree(tmp_path / "2")
        store.refresh()
        assert states(store) == {2: END, 1: AVAILABLE}
        assert store.statuses()["m"][2].error.startswith("No version 2 in")


def fail_to_list(store, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(
        "serving.model_server.models.served_model.atomic_files.names_by_number", fail
    )


def fail_to_tell(store, monkeypatch, error):
    def fail():
        if store.poll_errors.counts().get("", 0) < 1:
            raise error

    monkeypatch.setattr(store, "_changed", fail)


@pytest.mark.parametrize(
    ("fail", "error"),
    [
        (fail_to_list, KeyError(3)),
        (fail_to_list, OSError("gone")),
        (fail_to_list, tf.errors.UnavailableError(None, None, "gone")),
        (fail_to_tell, RuntimeError("closed")),
    ],
    ids=lambda it: it.__name__ if callable(it) else repr(it),
)
def test_the_poller_outlives_any_exception_and_tells_it(
    number_versions, tmp_path, monkeypatch, caplog, fail, error
):
    shutil.copytree(os.path.join(number_versions, "1"), tmp_path / "1")
    with storing(ModelConfig("m", str(tmp_path))) as store:
        registry = Metrics(store, Admission(1, 1), BytesInFlight(1, 1, 1)).registry
        model = "m" if fail is fail_to_list else ""
        kind = type(error).__name__
        with monkeypatch.context() as patch:
            fail(store, patch, error)
            store.start_polling(0.01)
            until(lambda: store.poll_errors.counts().get(model, 0) >= 1)
            if model:
                assert kind in store.poll_errors.last()["m"].text
                (status,) = store.statuses_of(ModelSpec(name="m")).values()
                assert status.state == AVAILABLE
                assert "look for new versions failed" in status.error
                assert {
                    sample.labels["error"].partition(":")[0]
                    for family in registry.collect()
                    for sample in family.samples
                    if sample.name == "graftnet_poll_last_error_timestamp_seconds"
                } == {kind}
        shutil.copytree(os.path.join(number_versions, "2"), tmp_path / ".incoming-2")
        os.rename(tmp_path / ".incoming-2", tmp_path / "2")
        until(lambda: store.available() == {"m": [2]} and not store.poll_errors.last())
        assert registry.get_sample_value("graftnet_poll_errors_total", {"model": model}) >= 1
        assert not any(status.error for status in store.statuses()["m"].values())
        assert any(record.levelname == "ERROR" for record in caplog.records)


@pytest.mark.parametrize("seconds", [float("inf"), 1e300])
def test_a_poller_that_waits_for_ever_is_woken_all_the_same(number_versions, seconds):
    with storing(ModelConfig("m", number_versions, Specific(frozenset({1})))) as store:
        store.start_polling(seconds)
        store.reload([ModelConfig("m", number_versions, Specific(frozenset({2})))])
        until(lambda: store.available() == {"m": [2]})


def test_many_swaps_leave_no_graph_and_no_history_behind(tmp_path):
    publish(str(tmp_path), 1)
    with storing(ModelConfig("m", str(tmp_path))) as store:
        graphs = []
        for version in range(2, 12):
            os.rename(tmp_path / str(version - 1), tmp_path / str(version))
            store.refresh()
            with store.using(ModelSpec(name="m")) as model:
                model.predict("serving_default", numbers(10), limits=Limits())
            graphs.append(sum(type(thing) is tf.Graph for thing in gc.get_objects()))
        assert len(set(graphs)) == 1
        assert len(store.statuses()["m"]) == 9
