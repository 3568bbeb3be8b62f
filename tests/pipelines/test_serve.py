"""serve as a person runs it: several models, logs, metrics, kills."""

import json
import signal
import urllib.request

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from tests.pipelines.forked_runs import run_all
from tests.pipelines.test_serving_binaries import start
from tests.serving.model_server.number_models import config, numbers, publish, specific


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    base_path = str(tmp_path_factory.mktemp("numbers"))
    for version in (1, 2):
        publish(base_path, version)
    return base_path


def product_tensor(address, model, signature=""):
    request = PredictRequest(
        model_spec={"name": model, "signature_name": signature}, inputs=numbers(10)
    )
    with grpc.insecure_channel(address) as channel:
        reply = PredictionServiceStub(channel).Predict(request, timeout=30)
    return reply.outputs["product"]


def product(*asked):
    return tf.make_ndarray(product_tensor(*asked)).tolist()


def last_word(process):
    return process.stdout.readline().split()[-1]


def test_a_killed_server_comes_back_and_a_told_one_ends_well(base_path, tmp_path):
    listed = tmp_path / "models.config"
    listed.write_text(str(config(old=(base_path, specific(1)), new=(base_path, {}))))
    options = (f"--model_config_file={listed}", "--log_format=json", "--metrics_port=0")
    first = start("serve", *options, "--port=0")
    assert last_word(first).startswith("http://127.0.0.1:")
    address = last_word(first)
    assert product(address, "old") == [10]
    assert not product_tensor(address, "old").tensor_content
    first.kill()
    first.communicate()

    options += ("--enable_serialization_as_tensor_content",)
    second = start("serve", *options, f"--port={address.rpartition(':')[2]}")
    page = last_word(second)
    assert last_word(second) == address
    assert product(address, "old") == [10]
    assert product(address, "new") == [20]
    assert product_tensor(address, "new").tensor_content
    with pytest.raises(grpc.RpcError):
        product(address, "new", "missing")
    with urllib.request.urlopen(page, timeout=30) as reply:
        assert b'graftnet_version_available{model="old",version="1"} 1.0' in reply.read()
    second.send_signal(signal.SIGTERM)
    _, stderr = second.communicate(timeout=60)
    assert second.returncode == 0
    lines = [json.loads(line) for line in stderr.splitlines() if line.startswith("{")]
    assert "Finishing the requests under way." in [line["message"] for line in lines]
    (refused,) = (line for line in lines if line.get("method") == "Predict")
    assert (refused["code"], refused["model"]) == ("FAILED_PRECONDITION", "new")


WRONG = {
    "not both": ["--model_config_file=a", "--model_base_path=b"],
    "go together": ["--model_base_path=b", "--tls_key=k"],
    "expected numbers": ["--model_base_path=b", "--allowed_batch_sizes=1,two"],
    "end with max_batch_size": ["--model_base_path=b", "--allowed_batch_sizes=1,2"],
    "flag --port=99999": ["--model_base_path=b", "--port=99999"],
    "flag --metrics_port=65536": ["--model_base_path=b", "--metrics_port=65536"],
    "flag --metrics_port=-1": ["--model_base_path=b", "--metrics_port=-1"],
    "no room for one request": ["--model_base_path=b", "--max_mib_in_flight=63"],
    "Limit rows is 0": ["--model_base_path=b", "--max_rows=0"],
}


def test_wrong_arguments_are_told():
    for message, run in zip(WRONG, run_all("serve", list(WRONG.values())), strict=True):
        assert run.status == 2
        assert message in run.error
