import json

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from serving.client import AttributeClient, PassengerClient
from serving.model_server.server import ModelServer
from tests.serving.client.scripted_server import (
    METADATA,
    one_signature,
    reply,
    scores_reply,
    serving,
)


class FakePassengers(tf.Module):
    """Finds as many people in a snapshot as it has bytes; none where its first is "x"."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="snapshots")])
    def look(self, snapshots):
        decoded = tf.strings.substr(snapshots, 0, 1) != b"x"
        count = tf.where(decoded, tf.strings.length(snapshots), 0)
        most = tf.reduce_max(count)
        there = tf.sequence_mask(count, most)
        number = tf.cast(tf.range(most), tf.float32)
        scores = tf.where(there, (number + 1) / 10, 0.0)
        corner = tf.cast(number, tf.int32)[:, tf.newaxis] * 10
        boxes = tf.where(there[..., tf.newaxis], corner + tf.constant([0, 1, 20, 30]), 0)
        return {
            "count": count,
            "boxes": boxes,
            "detection_scores": tf.where(there, 1 - number / 10, 0.0),
            "bald": 1 - scores,
            "male": scores,
            "female": scores * 2,
            "decoded": decoded,
        }

    @tf.function(input_signature=[])
    def metadata(self):
        return {"metadata": tf.constant(json.dumps(METADATA))}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("passengers")
    model = FakePassengers()
    signatures = {"passengers": model.look, "metadata": model.metadata}
    tf.saved_model.save(model, str(base_path / "4"), signatures=signatures)
    with ModelServer(str(base_path), model_name="passengers", poll_seconds=0) as server:
        yield server.address


def test_everybody_in_each_snapshot_and_no_padding(address, tmp_path):
    missing = str(tmp_path / "missing.jpg")
    with PassengerClient(address) as client:
        two, unreadable, undecodable, none, three = client.predict(
            [b"ab", missing, b"x", b"", b"abc"]
        )
    assert [len(result.passengers) for result in (two, none, three)] == [2, 0, 3]
    first, second = two.passengers
    assert (first.box, second.box) == ((0, 1, 20, 30), (10, 11, 30, 40))
    assert second.detection_score == pytest.approx(0.9)
    assert second.scores == pytest.approx({"bald": 0.8, "male": 0.2, "female": 0.4})
    assert second.decisions == {"bald": True, "male": False, "female": False}
    assert first.classes == {"gender": "other"}
    assert none.error is None
    assert two.model_version == none.model_version == 4
    assert "cannot be read" in unreadable.error
    assert "not a JPEG or PNG" in undecodable.error


def test_only_attributes_asked_for_come_back(address):
    with PassengerClient(address) as client:
        (result,) = client.predict([b"a"], attributes=["male"])
    assert result.passengers[0].scores == pytest.approx({"male": 0.1})
    assert result.passengers[0].box == (0, 1, 20, 30)


def test_a_model_that_takes_no_snapshots_is_said_to_take_none():
    with (
        serving(lambda *_: scores_reply(1)) as address,
        PassengerClient(address, model="graftnet") as client,
        pytest.raises(GraftNetError, match="no signature of an input 'snapshots'"),
    ):
        client.predict([b"a"])


def test_a_passengers_model_scores_no_single_image(address):
    with (
        AttributeClient(address, model="passengers") as client,
        pytest.raises(GraftNetError, match="predict_jpeg"),
    ):
        client.predict([b"a"])


def test_where_no_flag_says_so_every_snapshot_was_decoded():
    def answer(request, _):
        empty = np.zeros((1, 0), np.float32)
        return reply(1, count=[0], boxes=np.zeros((1, 0, 4), np.int32), detection_scores=empty)

    signatures = one_signature("look", "snapshots", "count", "boxes", "detection_scores")
    with (
        serving(answer, signatures=signatures) as address,
        PassengerClient(address) as client,
    ):
        (result,) = client.predict([b"a"], attributes=["bald"])
    assert (result.passengers, result.error) == ((), None)
