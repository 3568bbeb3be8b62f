"""One call of the passengers model beside the two that it replaces, as TF Serving runs it."""

import io
import json
import os
import re

import grpc
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.core.protobuf.config_pb2 import RunMetadata, RunOptions
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from graftnet_tf.errors import GraftNetError
from graftnet_tf.lift_scenes.scene.scene import render_snapshot
from graftnet_tf.registry.served_models import GRAFTNET_DIR, PASSENGERS_DIR, YOLACT_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.client import PassengerClient
from serving.composition import compose_passengers as compose_passengers_module
from serving.composition.compose_passengers import DetectionFilter, compose_passengers
from serving.model_server.models.batching import Batching
from serving.model_server.models.graph_session import load_saved_model
from serving.model_server.models.model_config import ModelConfig
from serving.model_server.models.servable import Servable
from serving.model_server.requests.limits import Limits
from serving.model_server.server import ModelServer
from serving.schema import warmup_requests
from serving.schema.passengers_metadata import PassengersMetadata
from tests.serving.fake_people import FIGURES, publish_people
from tests.serving.soak.server_process import ServerProcess
from tests.yolact_tf.fake_network import fake_segmenter
from yolact_tf.inference.people_finder import CropStyle

ATTRIBUTES = ("bald", "t_shirt", "male", "female")
UNDECODABLE = b"\xff\xd8\xff no more"


def scene(index, width, height):
    return jpeg(render_snapshot(0, index, (width, height)).image)


def jpeg(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


SCENES = {
    "three": scene(0, 160, 96),
    "one": scene(3, 48, 80),
    "nobody": jpeg(np.zeros((64, 64, 3), np.uint8)),
}


@pytest.fixture(scope="module")
def directory(passengers_workspace):
    return passengers_workspace.path(*PASSENGERS_DIR, "1")


@pytest.fixture(scope="module")
def passengers(directory):
    return Servable(directory, 1, Batching(max_batch_size=4))


@pytest.fixture(scope="module")
def two_calls(passengers_workspace):
    """Detections of snapshots, and the scores of each one's people, from two models."""
    people, attributes = (
        tf.saved_model.load(passengers_workspace.path(*folder, "1")).signatures
        for folder in (YOLACT_DIR, GRAFTNET_DIR)
    )

    def ask(snapshots):
        answer = people["detect_jpeg"](image_bytes=tf.constant(snapshots))
        found = {name: values.numpy() for name, values in answer.items()}
        scores = []
        for count, crops in zip(found["count"], found["crops"], strict=True):
            files = [tf.io.encode_png(crop).numpy() for crop in crops[:count]]
            answer = attributes["predict_jpeg"](image_bytes=tf.constant(files, tf.string))
            scores.append({name: answer[name].numpy() for name in ATTRIBUTES})
        return found, scores

    return ask


def ask(servable, snapshots, signature="serving_default", output_filter=()):
    inputs = {"snapshots": tf.make_tensor_proto(snapshots, tf.string)}
    return servable.predict(signature, inputs, output_filter, limits=Limits()).outputs


@pytest.mark.parametrize(
    ("snapshots", "counts"),
    [
        ([SCENES["three"]], [3]),
        ([SCENES["three"], SCENES["nobody"], SCENES["one"]], [3, 0, 1]),
        ([UNDECODABLE, SCENES["one"], b"", SCENES["three"]], [0, 1, 0, 3]),
        ([SCENES["nobody"]], [0]),
        ([UNDECODABLE], [0]),
    ],
)
def test_one_call_answers_as_two(passengers, two_calls, snapshots, counts):
    answer = ask(passengers, snapshots, "cut_out")
    found, scores = two_calls(snapshots)
    assert answer["count"].tolist() == counts
    for name in ("count", "boxes", "decoded", "crops", "masks"):
        np.testing.assert_array_equal(answer[name], found[name])
    np.testing.assert_allclose(answer["detection_scores"], found["scores"], atol=1e-6)
    for row, count in enumerate(counts):
        for name in ATTRIBUTES:
            np.testing.assert_allclose(answer[name][row, :count], scores[row][name], atol=1e-5)
            assert not answer[name][row, count:].any()
            decided = answer[name][row] >= 0.5
            assert answer[f"{name}_decision"][row].tolist() == decided.tolist()


def test_images_of_people_come_only_when_asked_for(passengers):
    answer = ask(passengers, [SCENES["three"]])
    whole = ask(passengers, [SCENES["three"]], "cut_out")
    assert set(whole) - set(answer) == {"crops", "masks"}
    some = ask(passengers, [SCENES["three"]], output_filter=["bald", "count"])
    assert set(some) == {"bald", "count"}
    np.testing.assert_allclose(some["bald"], answer["bald"], atol=1e-6)


def test_requests_may_be_batched(passengers):
    inputs = {"snapshots": tf.make_tensor_proto([SCENES["one"]] * 3)}
    answer = passengers.predict("serving_default", inputs, limits=Limits())
    assert (answer.rows, answer.batch_rows) == (3, 4)
    assert answer.outputs["count"].tolist() == [1, 1, 1]


def test_only_what_is_asked_for_is_computed(directory):
    session, signatures = load_saved_model(directory)
    with session:
        signature = signatures["serving_default"]

        def convolutions(snapshot, outputs):
            record = RunMetadata()
            session.run(
                [signature.outputs[name].name for name in outputs],
                {signature.inputs["snapshots"].name: [SCENES[snapshot]]},
                options=RunOptions(trace_level=RunOptions.FULL_TRACE),
                run_metadata=record,
            )
            devices = record.step_stats.dev_stats
            labels = [node.timeline_label for device in devices for node in device.node_stats]
            return sum(re.search(r"= \w*Conv2D\w*\(", label) is not None for label in labels)

        assert convolutions("three", ["male"]) == 1 + 1, "the trunk's first block and one branch"
        assert convolutions("three", ATTRIBUTES) == 4 + 3
        assert convolutions("nobody", ATTRIBUTES) == 0


def test_it_says_what_it_is(passengers_workspace, directory, passengers):
    (document,) = ask(passengers, [b""], "metadata_rows")["metadata"]
    metadata = PassengersMetadata.from_json(document)
    fingerprint = fake_segmenter(*FIGURES).fingerprint()
    assert isinstance(metadata, PassengersMetadata)
    assert (metadata.model_version, metadata.graftnet_version, metadata.tree) == ("1", "1", "0001")
    assert (metadata.max_passengers, metadata.min_score) == (4, 0.3)
    assert metadata.people["fingerprint"] == fingerprint
    assert set(metadata.attributes) == set(ATTRIBUTES)
    manifest.verify(directory)
    content = manifest.read(directory)
    assert (content["tree"], content["people"]["fingerprint"]) == ("0001", fingerprint)
    assert set(content["inputs"]) == {
        "serving/graftnet/1/manifest.json",
        "serving/yolact/1/manifest.json",
    }
    assert content["command"] == "compose"
    assert json.loads(document)["people"]["crops"]["margin"] == CropStyle().margin


def test_warm_up_requests_fit(directory, passengers):
    answered = set()
    for record in tf.data.TFRecordDataset(os.path.join(directory, warmup_requests.PATH)):
        request = PredictionLog.FromString(record.numpy()).predict_log.request
        assert request.model_spec.name == "passengers"
        signature = request.model_spec.signature_name
        assert passengers.predict(signature, request.inputs, limits=Limits()).outputs
        answered.add(signature)
    assert answered == set(passengers.signatures) - {"metadata"}


def test_a_client_asks_once_for_everybody(passengers_workspace, passengers):
    models = [
        ModelConfig(folder[-1], passengers_workspace.path(*folder))
        for folder in (PASSENGERS_DIR, YOLACT_DIR)
    ]
    snapshots = [SCENES["three"], UNDECODABLE, SCENES["nobody"]]
    with (
        ModelServer(models, poll_seconds=0, batching=None) as server,
        PassengerClient(server.address) as client,
    ):
        three, undecodable, nobody = client.predict(snapshots)
    expected = ask(passengers, snapshots)
    assert [person.box for person in three.passengers] == [
        tuple(box) for box in expected["boxes"][0, :3].tolist()
    ]
    for place, person in enumerate(three.passengers):
        for name in ATTRIBUTES:
            assert person.scores[name] == pytest.approx(expected[name][0, place], abs=1e-5)
            assert person.decisions[name] == expected[f"{name}_decision"][0, place]
    assert "not a JPEG or PNG" in undecodable.error
    assert (nobody.passengers, nobody.error) == ((), None)


def test_crops_of_another_aspect_than_the_trunk_s_are_told():
    """Letterboxed twice, people are smaller than in training, and scores are wrong."""
    check = compose_passengers_module._check_crops
    with pytest.MonkeyPatch.context() as patch:
        told = []
        patch.setattr(compose_passengers_module.logging, "warning", lambda *said: told.append(said))
        check({"crops": {"height": 320, "width": 160}}, {"height": 160, "width": 80})
        assert told == []
        check({"crops": {"height": 299, "width": 299}}, {"height": 160, "width": 80})
    [(text, *sizes)] = told
    assert "--crop_size=160,80" in text % tuple(sizes)


def test_people_may_be_narrowed_to_the_surest(passengers_workspace, tmp_path):
    own = own_copy(passengers_workspace, tmp_path)
    detection_filter = DetectionFilter(max_passengers=2, min_score=0.7)
    version = compose_passengers(own, detection_filter=detection_filter, provenance=Provenance())
    answer = ask(Servable(own.path(*PASSENGERS_DIR, version), 1), [SCENES["three"]])
    assert answer["count"].tolist() == [1]
    assert answer["bald"].shape == (1, 2)
    np.testing.assert_allclose(answer["detection_scores"], [[0.9, 0]], atol=1e-5)
    for name in ("boxes", "bald", "male"):
        assert answer[name][0, 0].any()
        assert not answer[name][0, 1:].any()


@pytest.mark.parametrize(
    ("detection_filter", "message"),
    [
        (DetectionFilter(max_passengers=5), "at most 4 people.*--max_people"),
        (DetectionFilter(min_score=0.1), "below 0.3.*--min_score"),
    ],
)
def test_more_than_the_segmentation_finds_is_refused(
    passengers_workspace, detection_filter, message
):
    with pytest.raises(GraftNetError, match=message):
        compose_passengers(
            passengers_workspace, detection_filter=detection_filter, provenance=Provenance()
        )


def test_missing_models_are_said_to_be_missing(passengers_workspace, tmp_path):
    with pytest.raises(GraftNetError, match="graftnet-compose"):
        compose_passengers(Workspace(str(tmp_path)), provenance=Provenance())
    with pytest.raises(GraftNetError, match="No serving/yolact/9"):
        compose_passengers(passengers_workspace, people="9", provenance=Provenance())


def test_crops_too_small_for_the_attributes_are_refused(passengers_workspace, tmp_path):
    own = own_copy(passengers_workspace, tmp_path)
    publish_people(own, crop_size=(15, 40))
    with pytest.raises(GraftNetError, match=r"15×40 pixels.*--crop_size"):
        compose_passengers(own, provenance=Provenance())


def test_an_attribute_called_as_another_output_is_refused(passengers_workspace, monkeypatch):
    monkeypatch.setattr("serving.composition.compose_passengers.FOUND", ("count", "bald"))
    with pytest.raises(GraftNetError, match="attributes called bald"):
        compose_passengers(passengers_workspace, provenance=Provenance())


def own_copy(passengers_workspace, root):
    """Another workspace with the same models but no passengers."""
    for folder in (GRAFTNET_DIR, YOLACT_DIR):
        parent = root.joinpath(*folder)
        parent.mkdir(parents=True)
        (parent / "1").symlink_to(passengers_workspace.path(*folder, "1"))
    return Workspace(str(root))


def test_kept_weight_layouts_change_no_answer(directory, passengers):
    requests = [["three"], ["one", "nobody", "three"], ["nobody"], ["one"], ["three"]]
    base_path = os.path.dirname(directory)
    with (
        ServerProcess(f"--model_base_path={base_path}", "--model_name=passengers") as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        stub = PredictionServiceStub(channel)
        for names in requests:
            snapshots = [SCENES[name] for name in names]
            request = PredictRequest()
            request.model_spec.name = "passengers"
            request.inputs["snapshots"].CopyFrom(tf.make_tensor_proto(snapshots, tf.string))
            outputs = stub.Predict(request, timeout=60).outputs
            for name, values in ask(passengers, snapshots).items():
                np.testing.assert_allclose(tf.make_ndarray(outputs[name]), values, atol=1e-5)
