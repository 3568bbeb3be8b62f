"""Clients that others wrote for TF Serving get the values that our own client gets."""

import base64
import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.lift_scenes.scene.scene import render_snapshot
from tests.serving.environment import Environment

pytestmark = pytest.mark.slow
KEPT = pathlib.Path(__file__).parent / "independent"
AVAILABLE = "AVAILABLE"
STRING = "DT_STRING"


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Makes the environment of a client, from its requirements and their hashes."""

    def make(client):
        requirements = ("--require-hashes", "-r", str(KEPT / f"{client}.txt"))
        return Environment(tmp_path_factory.mktemp(client), *requirements)

    return make


def called(environment, client, asked):
    """What a client's script answers."""
    script = str(KEPT / f"calls_of_{client}.py")
    return json.loads(environment.run("python", script, asked=json.dumps(asked)))


@pytest.fixture(scope="module")
def ovms(environment):
    return environment("ovmsclient")


@pytest.fixture(scope="module")
def min_tfs(environment):
    return environment("min_tfs_client")


@pytest.fixture(scope="module")
def grpcurl(environment, server):
    """Calls a method with a JSON request; returns the JSON answer."""
    installed = environment("grpcurl")

    def call(method, request=None, *, verb=()):
        data = () if request is None else ("-d", "@")
        arguments = ("-plaintext", *data, server.address, *verb, method)
        return installed.run("grpcurl", *arguments, asked=json.dumps(request))

    return call


@pytest.fixture(scope="module")
def batch(images):
    """uint8 [2, H, W, 3]."""
    return np.stack([images[0], images[0][::-1]])


@pytest.fixture(scope="module")
def of_images(server, batch):
    """What our own calls get for the batch."""
    return server.predict("serving_default", {"images": batch}).outputs


@pytest.fixture(scope="module")
def jpegs():
    """JPEG files of two drawn lifts."""
    lifts = [render_snapshot(0, index, (640, 360)).image for index in range(2)]
    return [tf.io.encode_jpeg(lift).numpy() for lift in lifts]


def base64s(files):
    return [base64.b64encode(file).decode() for file in files]


def assert_same(found, expected, tolerance):
    assert set(found) == set(expected)
    for name, values in expected.items():
        if values.dtype == np.float32:
            np.testing.assert_allclose(found[name], values, rtol=0, atol=tolerance)
        else:
            assert np.asarray(found[name]).tolist() == values.tolist()


def test_ovmsclient_is_answered_about_images(server, ovms, batch, of_images):
    version = server.available()[-1]
    asked = {
        "address": server.address,
        "model": server.model,
        "version": version,
        "input": "images",
        "images": batch.tolist(),
    }
    answer = called(ovms, "ovmsclient", asked)
    assert_same(answer["outputs"], of_images, server.tolerance)
    assert answer["status"][str(version)]["state"] == AVAILABLE
    assert answer["metadata"]["model_version"] == version
    assert answer["metadata"]["inputs"]["images"]["dtype"] == "DT_UINT8"
    # It asks for version 0 unless it is told another, and TF Serving knows no such "any version".
    assert set(answer["refusals"]) == {"predict", "get_model_metadata"}


def test_ovmsclient_is_answered_about_jpegs(server, passengers, ovms, jpegs):
    (version,) = server.statuses(name=passengers.name)
    asked = {
        "address": server.address,
        "model": passengers.name,
        "version": version,
        "input": "snapshots",
        "files": base64s(jpegs),
    }
    answer = called(ovms, "ovmsclient", asked)
    expected = passengers.predict("serving_default", jpegs)
    assert_same(answer["outputs"], expected, server.tolerance)
    assert answer["metadata"]["inputs"]["snapshots"]["dtype"] == STRING


def test_min_tfs_client_is_answered(server, min_tfs, batch, of_images, jpegs):
    version = server.available()[-1]
    asked = {
        "address": server.address,
        "model": server.model,
        "version": version,
        "images": batch.tolist(),
        "signature": "predict_jpeg",
        "input": "image_bytes",
        "files": base64s(jpegs),
    }
    answer = called(min_tfs, "min_tfs_client", asked)
    assert_same(answer["outputs"], of_images, server.tolerance)
    assert_same(answer["of_files"], server.of_files("predict_jpeg", jpegs), server.tolerance)
    assert set(answer["metadata"]) == set(server.signature_defs()[1])
    (status,) = answer["status"]["model_version_status"]
    assert (int(status["version"]), status["state"]) == (version, AVAILABLE)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tensorflow.serving.PredictionService", "rpc Predict ("),
        ("tensorflow.serving.PredictionService.Predict", "rpc Predict ("),
        ("tensorflow.serving.ModelService", "rpc GetModelStatus ("),
        ("tensorflow.serving.PredictRequest", "map<string, .tensorflow.TensorProto> inputs"),
        ("tensorflow.TensorProto", "repeated float float_val"),
    ],
)
def test_grpcurl_describes(server, grpcurl, name, told):
    if not server.is_ours:
        pytest.skip("tensorflow_model_server has no reflection")
    assert told in grpcurl(name, verb=("describe",))


def test_grpcurl_is_answered(server, grpcurl, jpegs):
    if not server.is_ours:
        pytest.skip("tensorflow_model_server has no reflection")
    spec = {"name": server.model, "signature_name": "predict_jpeg"}
    files = {
        "dtype": STRING,
        "tensor_shape": {"dim": [{"size": len(jpegs)}]},
        "string_val": base64s(jpegs),
    }
    service = "tensorflow.serving.PredictionService"
    request = {"model_spec": spec, "inputs": {"image_bytes": files}}
    answer = json.loads(grpcurl(f"{service}/Predict", request))
    for name in server.attributes:
        expected = server.of_files("predict_jpeg", jpegs)[name]
        found = answer["outputs"][name]["float_val"]
        np.testing.assert_allclose(found, expected, rtol=0, atol=server.tolerance)
    assert answer["outputs"]["decoded"]["bool_val"] == [True, True]
    assert answer["model_spec"]["signature_name"] == "predict_jpeg"

    request = {"model_spec": {"name": server.model}, "metadata_field": ["signature_def"]}
    answer = json.loads(grpcurl(f"{service}/GetModelMetadata", request))
    told = answer["metadata"]["signature_def"]["signature_def"]
    assert set(told) == set(server.signature_defs()[1])

    request = {"model_spec": {"name": server.model}}
    answer = json.loads(grpcurl("tensorflow.serving.ModelService/GetModelStatus", request))
    versions = [int(status["version"]) for status in answer["model_version_status"]]
    assert versions == sorted(server.statuses(), reverse=True)
    assert all("status" in status for status in answer["model_version_status"])
