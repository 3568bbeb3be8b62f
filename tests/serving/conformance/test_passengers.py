"""Every signature of a passengers model, on any server: equal to itself, and to two calls."""

import grpc
import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.lift_scenes.scene.scene import render_snapshot
from serving.composition.passengers_model import FOUND, IMAGES, decision_name
from tests.serving.conformance.server_under_test import refused

UNDECODABLE = b"\xff\xd8\xff no more of this snapshot"


@pytest.fixture(scope="module")
def snapshots():
    """PNG files of two drawn lifts with people in them, and of an unlit one."""
    lifts = [render_snapshot(0, index, (640, 360)).image for index in range(2)]
    return [tf.io.encode_png(it).numpy() for it in (*lifts, np.zeros((360, 640, 3), np.uint8))]


@pytest.fixture(scope="module")
def answer(passengers, snapshots):
    """What the model answers to all of them at once, images included."""
    return passengers.predict("cut_out", snapshots)


@pytest.fixture(scope="module")
def there(passengers, answer):
    """bool [3, P]: whether there is somebody in a place."""
    return np.arange(passengers.metadata.max_passengers) < answer["count"][:, np.newaxis]


def assert_equal_people(server, found, expected):
    """Equal up to how far scores may lie apart in batches of different sizes."""
    for name in set(found) - set(IMAGES):
        if found[name].dtype == np.float32:
            np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=server.tolerance)
        elif not name.endswith("_decision"):
            np.testing.assert_array_equal(found[name], expected[name])


def test_places_are_filled_from_the_surest_on(passengers, answer, there):
    assert answer["count"].sum() > 0
    assert answer["decoded"].all()
    detections = answer["detection_scores"]
    assert detections.shape == there.shape
    assert (np.diff(detections, axis=1) <= 0).all()
    assert (detections[there] > passengers.metadata.min_score).all()
    x1, y1, x2, y2 = np.moveaxis(answer["boxes"], -1, 0)
    assert ((x1 >= 0) & (x1 < x2) & (x2 <= 640))[there].all()
    assert ((y1 >= 0) & (y1 < y2) & (y2 <= 360))[there].all()
    for name in passengers.metadata.attributes:
        assert ((answer[name][there] >= 0) & (answer[name][there] <= 1)).all()


def test_empty_places_are_zero(answer, there):
    for name in set(answer) - {"count", "decoded"}:
        assert not answer[name][~there].any(), name


def test_snapshots_at_once_are_answered_as_each_alone(server, passengers, snapshots, answer):
    for row, snapshot in enumerate(snapshots):
        alone = passengers.predict("serving_default", [snapshot])
        assert_equal_people(server, alone, {name: answer[name][row : row + 1] for name in alone})


def test_an_undecodable_snapshot_harms_no_other(server, passengers, snapshots, answer):
    mixed = passengers.predict("serving_default", [UNDECODABLE, *snapshots, b""])
    assert mixed["decoded"].tolist() == [False, *[True] * len(snapshots), False]
    assert mixed["count"][[0, -1]].tolist() == [0, 0]
    assert_equal_people(server, {name: values[1:-1] for name, values in mixed.items()}, answer)


def test_decisions_are_scores_that_reach_their_thresholds(server, passengers, answer, there):
    for name, threshold in passengers.metadata.thresholds.items():
        decided = answer[decision_name(name)]
        assert decided.dtype == np.bool_
        clear = there & (np.abs(answer[name] - threshold) > server.tolerance)
        np.testing.assert_array_equal(decided[clear], (answer[name] >= threshold)[clear])


def test_one_call_answers_as_two(server, passengers, answer, there):
    version = int(passengers.metadata.graftnet_version)
    if version not in server.available():
        pytest.skip(f"version {version} of {server.model}, which scores the crops, is not served")
    crops = {"images": answer["crops"][there]}
    scores = server.predict("serving_default", crops, version={"value": version}).outputs
    for name, values in scores.items():
        np.testing.assert_allclose(answer[name][there], values, rtol=0, atol=server.tolerance)


def test_an_output_filter_leaves_out_the_rest(passengers, snapshots, answer):
    wanted = [list(passengers.metadata.attributes)[-1], "count"]
    some = passengers.predict("serving_default", snapshots, wanted)
    assert set(some) == set(wanted)
    np.testing.assert_array_equal(some["count"], answer["count"])


def test_images_of_people_come_only_when_asked_for(passengers, snapshots, answer):
    attributes = list(passengers.metadata.attributes)
    expected = {*FOUND, *attributes, *map(decision_name, attributes)}
    assert set(passengers.predict("serving_default", snapshots[-1:])) == expected
    assert set(answer) == expected | set(IMAGES)


def test_metadata_are_the_same_in_every_row(passengers):
    rows = passengers.predict("metadata_rows", [b"", b"any"])["metadata"]
    assert [type(passengers.metadata).from_json(row) for row in rows] == [passengers.metadata] * 2


@pytest.mark.parametrize("inputs", [{}, {"image_bytes": [b""]}], ids=str)
def test_a_request_that_does_not_fit_is_refused(server, passengers, inputs):
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        server.predict("serving_default", inputs, name=passengers.name)
