"""Versions and labels: which answers, and what is said of each."""

import grpc
import pytest
from tensorflow.core.framework import types_pb2

from tests.serving.conformance.server_under_test import refused

NO_SUCH_VERSION = 987_654_321
NO_SUCH_LABEL = "no-such-label"


def answering(server, **spec):
    """The version that answers a request."""
    return server.predict("metadata_rows", {"image_bytes": [b""]}, **spec).spec.version.value


def test_the_newest_version_answers_unless_another_is_asked_for(server):
    versions = server.available()
    assert answering(server) == versions[-1]
    for version in versions:
        assert answering(server, version={"value": version}) == version


def test_a_label_stands_for_a_version(server):
    if not server.label:
        pytest.skip("no TF_SERVING_LABEL is given")
    version = answering(server, version_label=server.label)
    assert version in server.available()
    spec, _ = server.signature_defs(version_label=server.label)
    assert spec.version.value == version


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"version": {"value": NO_SUCH_VERSION}}, grpc.StatusCode.NOT_FOUND),
        ({"version": {"value": 0}}, grpc.StatusCode.NOT_FOUND),
        ({"version_label": NO_SUCH_LABEL}, grpc.StatusCode.INVALID_ARGUMENT),
        ({"name": "no-such-model"}, grpc.StatusCode.NOT_FOUND),
        (
            {"name": "no-such-model", "version_label": NO_SUCH_LABEL},
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        ({"name": ""}, grpc.StatusCode.INVALID_ARGUMENT),
    ],
    ids=str,
)
def test_what_is_not_there_is_refused_by_predict_and_metadata_alike(server, spec, code):
    with refused(code):
        answering(server, **spec)
    with refused(code):
        server.signature_defs(**spec)


def test_the_state_of_every_version_is_told(server):
    for version in server.available():
        assert server.statuses()[version].HasField("status")
        assert server.statuses()[version].status.error_code == 0
        assert set(server.statuses(version={"value": version})) == {version}


@pytest.mark.parametrize(
    "spec",
    [
        {"name": "no-such-model"},
        {"name": ""},
        {"version": {"value": NO_SUCH_VERSION}},
        {"version": {"value": 0}},
    ],
    ids=str,
)
def test_no_state_is_told_of_what_is_not_there(server, spec):
    with refused(grpc.StatusCode.NOT_FOUND):
        server.statuses(**spec)


def test_signatures_are_told_with_their_inputs_and_outputs(server):
    spec, signatures = server.signature_defs()
    assert (spec.name, spec.version.value) == (server.model, server.available()[-1])
    of_images = {"predict_jpeg", "decisions", "features", "metadata_rows", *server.attributes}
    assert set(signatures) >= {"serving_default", "metadata", *of_images}
    assert set(signatures["serving_default"].inputs) == {"images"}
    assert signatures["serving_default"].inputs["images"].dtype == types_pb2.DT_UINT8
    assert set(signatures["serving_default"].outputs) == set(server.attributes)
    for name in of_images:
        assert {it.dtype for it in signatures[name].inputs.values()} == {types_pb2.DT_STRING}
        assert set(signatures[name].inputs) == {"image_bytes"}


@pytest.mark.parametrize("fields", [[], ["weights"], ["signature_def", "weights"]], ids=str)
def test_other_metadata_than_signatures_is_refused(server, fields):
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        server.signature_defs(fields)


def test_the_server_is_healthy(server):
    try:
        assert server.health() == 1
    except grpc.RpcError as error:
        if server.is_ours or error.code() != grpc.StatusCode.UNIMPLEMENTED:
            raise
        pytest.skip("the server runs without --enable_grpc_healthcheck_service")
    with refused(grpc.StatusCode.NOT_FOUND):
        server.health("no.such.Service")
