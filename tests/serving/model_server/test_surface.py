"""What a client sees of a server of several models."""

import contextlib
import json
import logging
import urllib.request

import grpc
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from prometheus_client.parser import text_string_to_metric_families
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from graftnet_tf.errors import GraftNetError
from serving.model_server.json_log import JsonLines
from serving.model_server.models.model_config import models_of
from serving.model_server.requests.limits import Limits
from serving.model_server.server import ModelServer
from serving.model_server.tls import Tls
from tests.serving.certificates import Authority
from tests.serving.model_server.number_models import config, numbers, specific
from tests.serving.model_server.requests.test_admission import FakeContext
from tests.serving.model_server.until import until

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
AVAILABLE = get_model_status_pb2.ModelVersionStatus.AVAILABLE


class Client:
    """Raw calls over a channel."""

    def __init__(self, channel):
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        self.models = model_service_pb2_grpc.ModelServiceStub(channel)
        self.health_stub = health_pb2_grpc.HealthStub(channel)
        self.send = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        self.reflection = reflection_pb2_grpc.ServerReflectionStub(channel)

    def predict(self, name, *values, signature="", timeout=30, inputs=None, **version):
        request = predict_pb2.PredictRequest(
            model_spec={"name": name, "signature_name": signature, **version},
            inputs=inputs or numbers(*values),
        )
        reply = self.prediction.Predict(request, timeout=timeout)
        outputs = {name: tf.make_ndarray(value) for name, value in reply.outputs.items()}
        return reply.model_spec.version.value, outputs

    def reload(self, listed):
        request = model_management_pb2.ReloadConfigRequest(config=listed)
        return self.models.HandleReloadConfigRequest(request, timeout=30).status.error_code

    def states(self, name, **version):
        request = get_model_status_pb2.GetModelStatusRequest(model_spec={"name": name, **version})
        reply = self.models.GetModelStatus(request, timeout=30)
        return {entry.version: entry.state for entry in reply.model_version_status}

    def health(self, service):
        request = health_pb2.HealthCheckRequest(service=service)
        return self.health_stub.Check(request, timeout=30).status


@contextlib.contextmanager
def serving(listed, **options):
    with (
        ModelServer(models_of(listed), poll_seconds=0, **options) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        yield server, Client(channel)


@contextlib.contextmanager
def refused(code, message=""):
    with pytest.raises(grpc.RpcError) as refusal:
        yield
    assert refusal.value.code() == code
    assert message in refusal.value.details()


@pytest.fixture(scope="module")
def two_models(number_versions):
    listed = config(
        old=(number_versions, {**specific(1, 2), "version_labels": {"stable": 1}}),
        new=(number_versions, {}),
    )
    with serving(listed) as pair:
        yield pair


@pytest.fixture
def client(two_models):
    return two_models[1]


def test_each_model_answers_under_its_name(client):
    version, outputs = client.predict("old", 5)
    assert (version, outputs["product"].tolist()) == (2, [10])
    version, outputs = client.predict("new", 5)
    assert (version, outputs["product"].tolist()) == (3, [15])
    assert client.predict("old", 5, version_label="stable")[0] == 1
    assert client.predict("old", 5, version={"value": 1})[1]["sum"].tolist() == [6]


def test_states_are_told_for_all_versions_or_one(client):
    assert client.states("old") == {2: AVAILABLE, 1: AVAILABLE}
    assert client.states("old", version={"value": 1}) == {1: AVAILABLE}
    with refused(grpc.StatusCode.NOT_FOUND, "Version 9 of 'old'"):
        client.states("old", version={"value": 9})


def test_a_request_without_a_model_is_refused(client):
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "names no model"):
        client.predict("", 1)


def test_health_is_told_per_model(client):
    short = ("PredictionService", "ModelService")
    full = (f"tensorflow.serving.{name}" for name in short)
    for service in ("", "old", "new", *short, *full):
        assert client.health(service) == SERVING
    with refused(grpc.StatusCode.NOT_FOUND):
        client.health("yolact")


def test_reflection_lists_the_services(client):
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (reply,) = client.reflection.ServerReflectionInfo(iter([request]), timeout=30)
    names = {service.name for service in reply.list_services_response.service}
    assert {
        "tensorflow.serving.PredictionService",
        "tensorflow.serving.ModelService",
        "grpc.health.v1.Health",
    } <= names


@pytest.mark.parametrize(
    "symbol",
    [
        "tensorflow.serving.PredictionService",
        "tensorflow.serving.ModelService",
        "tensorflow.serving.PredictionService.Predict",
        "tensorflow.serving.SignatureDefMap",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    ],
)
def test_reflection_describes_services_with_all_that_they_import(client, symbol):
    request = reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol)
    (reply,) = client.reflection.ServerReflectionInfo(iter([request]), timeout=30)
    files = [
        FileDescriptorProto.FromString(file)
        for file in reply.file_descriptor_response.file_descriptor_proto
    ]
    assert files, reply.error_response.error_message
    assert {name for file in files for name in file.dependency} <= {file.name for file in files}


@pytest.mark.parametrize("symbol", ["tensorflow.serving.PredictionService.Guess", "x.y", "x", ""])
def test_reflection_knows_no_other_symbol(client, symbol):
    request = reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol)
    (reply,) = client.reflection.ServerReflectionInfo(iter([request]), timeout=30)
    assert reply.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]


def test_outputs_are_in_typed_fields_unless_content_is_asked_for(number_versions):
    request = predict_pb2.PredictRequest(model_spec={"name": "m"}, inputs=numbers(1, 2))
    for as_content in (False, True):
        listed = config(m=(number_versions, {}))
        with serving(listed, tensor_content=as_content) as (_, client):
            product = client.prediction.Predict(request, timeout=30).outputs["product"]
        assert tf.make_ndarray(product).tolist() == [3, 6]
        assert bool(product.tensor_content) == as_content
        assert list(product.float_val) == ([] if as_content else [3, 6])


def test_version_0_is_a_version_like_others(client):
    asked = {"version": {"value": 0}}
    with refused(grpc.StatusCode.NOT_FOUND, "Version 0 of 'old'"):
        client.predict("old", 1, **asked)
    with refused(grpc.StatusCode.NOT_FOUND, "Version 0 of 'old'"):
        client.states("old", **asked)


def test_a_status_comes_with_every_state_and_reload(client, number_versions):
    request = get_model_status_pb2.GetModelStatusRequest(model_spec={"name": "old"})
    reply = client.models.GetModelStatus(request, timeout=30)
    assert all(entry.HasField("status") for entry in reply.model_version_status)
    with serving(config(m=(number_versions, {}))) as (_, other):
        reload = model_management_pb2.ReloadConfigRequest(config=config(m=(number_versions, {})))
        assert other.models.HandleReloadConfigRequest(reload, timeout=30).HasField("status")


def test_a_label_of_an_unknown_model_is_an_unknown_label(client):
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "label 'stable'"):
        client.predict("elsewhere", 1, version_label="stable")
    with refused(grpc.StatusCode.NOT_FOUND):
        client.states("elsewhere", version_label="stable")


def test_a_state_of_no_model_is_not_found(client):
    with refused(grpc.StatusCode.NOT_FOUND, "names no model"):
        client.states("")
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "no model_spec"):
        client.models.GetModelStatus(get_model_status_pb2.GetModelStatusRequest(), timeout=30)


def test_a_message_that_is_long_because_the_request_was_still_arrives(client):
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "Unknown signature 'xxx"):
        client.predict("new", 1, signature="x" * 100_000)


def test_a_message_that_does_not_parse_is_said_not_to(client, caplog):
    with refused(grpc.StatusCode.INTERNAL, "does not parse"):
        client.send(b"\xff\xff")
    assert "Traceback" not in caplog.text
    assert client.predict("new", 1)[0] == 3


def test_a_passed_deadline_is_told(client):
    with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
        client.predict("new", 1, timeout=1e-9)
    assert client.predict("new", 1)[0] == 3


def test_lists_are_reloaded(number_versions):
    with serving(config(a=(number_versions, {}))) as (_, client):
        both = config(a=(number_versions, {}), b=(number_versions, specific(1)))
        assert client.reload(both) == 0
        assert client.predict("b", 7)[1]["product"].tolist() == [7]
        assert client.health("b") == SERVING
        assert client.reload(config(b=(number_versions, specific(1)))) == 0
        assert client.health("a") == NOT_SERVING
        with refused(grpc.StatusCode.NOT_FOUND, "Unknown model 'a'"):
            client.predict("a", 1)
        wrong = config(b=(number_versions, {**specific(1), "version_labels": {"canary": 2}}))
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "'canary'"):
            client.reload(wrong)
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "model_config_list"):
            client.reload(config())
        with refused(grpc.StatusCode.UNKNOWN, "No model version in"):
            client.reload(config(b=(number_versions, {}), c=(f"{number_versions}/1", {})))
        assert client.predict("b", 7)[0] == 1


def test_rows_and_strings_are_limited(number_versions):
    limits = Limits(rows=3, string_bytes=5, decoded_pixels=100)
    with serving(config(m=(number_versions, {})), limits=limits) as (_, client):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "4 rows; this server's limit is 3"):
            client.predict("m", 1, 2, 3, 4)
        texts = {"texts": tf.make_tensor_proto(["abcdef"])}
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "string of 6 bytes"):
            client.predict("m", signature="lengths", inputs=texts)


def test_requests_are_refused_unread_while_others_leave_no_room(number_versions):
    """One request is answered at a time, and that is held up from outside."""
    limits = Limits(message_bytes=2000, bytes_in_flight=4000, rows=400, in_flight=1, waiting=9)
    listed = config(m=(number_versions, {}))
    with serving(listed, limits=limits) as (server, client):

        def ask(rows):
            request = predict_pb2.PredictRequest(model_spec={"name": "m"})
            request.inputs["values"].CopyFrom(tf.make_tensor_proto(np.ones(rows, np.float32)))
            return client.prediction.Predict.future(request, timeout=60)

        def value(name, **labels):
            return server.metrics.registry.get_sample_value(name, labels)

        turn = server._admission.turn(FakeContext())
        turn.__enter__()
        asked = []
        for rows, held in ((250, 1000), (100, 1400), (350, 2800)):
            asked.append((rows, ask(rows)))
            until(lambda: value("graftnet_requests_waiting") == len(asked))
            assert held < value("graftnet_request_bytes") < held + 200
        for message in (b"\xff", b"\xff" * 1999):  # unread, or it would be said not to parse
            with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "no room for one of up to 2000"):
                client.send(message, timeout=60)
        assert client.health("m") == SERVING
        turn.__exit__(None, None, None)
        for rows, answer in asked:
            assert len(answer.result().outputs["sum"].float_val) == rows
        until(lambda: value("graftnet_request_bytes") == 0)
        assert len(ask(350).result().outputs["sum"].float_val) == 350
        counted = {"method": "Predict", "model": "", "version": "0", "signature": ""}
        assert value("graftnet_requests_total", **counted, code="RESOURCE_EXHAUSTED") == 2


def test_a_call_without_a_request_is_refused(two_models):
    with grpc.insecure_channel(two_models[0].address) as channel:
        send = channel.stream_unary("/tensorflow.serving.PredictionService/Predict")
        with refused(grpc.StatusCode.INTERNAL, "no request"):
            send(iter([]), timeout=30)


@pytest.mark.parametrize("message", [b"\xff\xff", b""])
def test_a_request_that_fails_leaves_its_bytes(number_versions, message):
    limits = Limits(message_bytes=1000, bytes_in_flight=1000)
    with serving(config(m=(number_versions, {})), limits=limits) as (server, client):
        with pytest.raises(grpc.RpcError):
            client.send(message, timeout=30)
        registry = server.metrics.registry
        until(lambda: registry.get_sample_value("graftnet_request_bytes") == 0)


def test_images_that_cost_too_much_together_are_refused(number_versions):
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (30).to_bytes(4, "big") * 2
    with serving(config(m=(number_versions, {})), limits=Limits(decoded_pixels=2000)) as (_, c):
        two, three = ({"texts": tf.make_tensor_proto([header] * n)} for n in (2, 3))
        assert c.predict("m", signature="lengths", inputs=two)[1]["length"].tolist() == [24, 24]
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "2700 pixels"):
            c.predict("m", signature="lengths", inputs=three)


def samples(page):
    with urllib.request.urlopen(f"http://{page.address}/metrics", timeout=30) as reply:
        text = reply.read().decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_count_requests_rows_and_scores(number_versions):
    with serving(config(m=(number_versions, {}))) as (server, client):
        page = server.metrics.serve(0)
        client.predict("m", 0.1, 0.1, 0.3)
        client.predict("m", float("nan"))
        with refused(grpc.StatusCode.FAILED_PRECONDITION):
            client.predict("m", 1, signature="x")
        with refused(grpc.StatusCode.NOT_FOUND):
            client.predict("secret", 1)
        found = samples(page)
        assert found["graftnet_requests_total", "OK", "Predict", "m", "serving_default", "3"] == 2
        assert found["graftnet_requests_total", "FAILED_PRECONDITION", "Predict", "m", "", "3"] == 1
        assert found["graftnet_requests_total", "NOT_FOUND", "Predict", "", "", "0"] == 1
        assert found["graftnet_request_rows_sum", "m", "serving_default", "3"] == 4
        assert found["graftnet_request_seconds_count", "Predict", "m", "3"] == 3
        assert found["graftnet_batch_rows_count", "m", "serving_default", "3"] == 2
        assert found["graftnet_version_available", "m", "3"] == 1
        assert found["graftnet_requests_running",] == 0
        # 3 × 0.1 twice, 3 × 0.3 once; NaN not at all
        assert found["graftnet_score_count", "product", "m", "3"] == 3
        assert found["graftnet_score_bucket", "product", "0.35", "m", "3"] == 2
        assert found["graftnet_score_bucket", "product", "0.95", "m", "3"] == 3
        assert not any("secret" in key for key in found)
        with pytest.raises(GraftNetError, match="Cannot serve metrics"):
            server.metrics.serve(int(page.address.rpartition(":")[2]))
        server.store.reload([])
        assert not any("m" in key for key in samples(page))
        page.close()


def test_calls_are_logged_as_json_without_content(number_versions, caplog):
    caplog.set_level(logging.DEBUG, logger="serving.model_server.calls")
    with serving(config(m=(number_versions, {}))) as (_, client):
        texts = {"texts": tf.make_tensor_proto([b"a face", b"another"])}
        client.predict("m", signature="lengths", inputs=texts)
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            client.predict("m", inputs=texts)
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    answered, wrong = (line for line in lines if line.get("method") == "Predict")
    assert (answered["severity"], answered["code"], answered["rows"]) == ("DEBUG", "OK", 2)
    assert (answered["model"], answered["version"], answered["signature"]) == ("m", 3, "lengths")
    assert (wrong["severity"], wrong["code"]) == ("INFO", "INVALID_ARGUMENT")
    assert "takes inputs values; given were texts" in wrong["message"]
    assert "face" not in caplog.text


def test_a_traceback_stays_within_its_line():
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "It %s.", ("broke",), info)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "It broke."
    assert "two\nlines" in json.loads(line)["traceback"]


def secure_client(server, authority, shown=None):
    """A channel that trusts the authority and shows a certificate if there is one."""
    paths = (authority.ca, shown.key, shown.certificate) if shown else (authority.ca,)
    credentials = grpc.ssl_channel_credentials(*(open_bytes(path) for path in paths))
    return grpc.secure_channel(f"localhost:{server.address.rpartition(':')[2]}", credentials)


def open_bytes(path):
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize("mutual", [False, True], ids=["TLS", "mTLS"])
def test_tls(number_versions, tmp_path, mutual):
    authority = Authority(tmp_path)
    own, clients = authority.sign("localhost"), authority.sign("client")
    tls = Tls(own.certificate, own.key, authority.ca if mutual else None)
    with serving(config(m=(number_versions, {})), tls=tls) as (server, plain):
        with refused(grpc.StatusCode.UNAVAILABLE):
            plain.predict("m", 1, timeout=5)
        with secure_client(server, authority, clients) as channel:
            assert Client(channel).predict("m", 2)[1]["product"].tolist() == [6]
        with secure_client(server, authority) as channel:
            if mutual:
                with refused(grpc.StatusCode.UNAVAILABLE):
                    Client(channel).predict("m", 2, timeout=5)
            else:
                assert Client(channel).predict("m", 2)[0] == 3


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_that_cannot_be_used_is_said_to_be(number_versions, tmp_path, content):
    path = tmp_path / "server.pem"
    if content:
        path.write_text(content)
    with pytest.raises(GraftNetError, match="certificate"):
        ModelServer(number_versions, tls=Tls(str(path), str(path)))


def test_an_open_door_is_warned_of(number_versions, caplog):
    caplog.set_level(logging.WARNING)
    with serving(config(m=(number_versions, {}))):
        assert "without TLS" not in caplog.text
    with serving(config(m=(number_versions, {})), host="0.0.0.0"):
        assert "Listening on 0.0.0.0 without TLS" in caplog.text


def test_stopping_lets_a_request_finish_and_says_not_serving(number_versions):
    with serving(config(m=(number_versions, {}))) as (server, client):
        statuses = client.health_stub.Watch(health_pb2.HealthCheckRequest(service="m"), timeout=30)
        assert next(statuses).status == SERVING
        future = client.prediction.Predict.future(
            predict_pb2.PredictRequest(model_spec={"name": "m"}, inputs=numbers(*np.arange(200.0))),
            timeout=30,
        )
        server.stop()
        assert next(statuses).status == NOT_SERVING
        # Or it had not reached a handler, and is refused or sent back.
        assert future.exception() is None or future.code() in (
            grpc.StatusCode.UNAVAILABLE,
            grpc.StatusCode.CANCELLED,
        )
