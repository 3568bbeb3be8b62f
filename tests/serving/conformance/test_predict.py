"""Every signature of a composed model, on any server: equal to itself in every way of asking."""

import grpc
import numpy as np
import pytest

from tests.serving.conformance.server_under_test import refused

UNDECODABLE = b"\xff\xd8\xff no more of this image"


@pytest.fixture(scope="module")
def scores(server, image_files):
    """float32 [5] of each attribute."""
    outputs = server.of_files("predict_jpeg", image_files)
    return {name: outputs[name] for name in server.attributes}


def assert_equal_scores(server, found, expected):
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=server.tolerance)


def test_every_image_gets_a_score_of_every_attribute(server, image_files):
    outputs = server.of_files("predict_jpeg", image_files)
    assert set(outputs) == {*server.attributes, "decoded"}
    assert outputs["decoded"].tolist() == [True] * len(image_files)
    for name in server.attributes:
        assert outputs[name].shape == (len(image_files),)
        assert outputs[name].dtype == np.float32
        assert ((outputs[name] >= 0) & (outputs[name] <= 1)).all()


def test_decoded_images_score_as_their_files_do(server, images, scores):
    for row, image in enumerate(images):
        reply = server.predict("serving_default", {"images": image[np.newaxis]})
        assert set(reply.outputs) == set(server.attributes)
        for name, values in scores.items():
            assert_equal_scores(server, reply.outputs[name], values[row : row + 1])


def test_the_signature_without_a_name_is_serving_default(server, images):
    reply = server.predict("", {"images": images[0][np.newaxis]})
    assert set(reply.outputs) == set(server.attributes)
    assert reply.spec.name == server.model
    assert reply.spec.signature_name == "serving_default"
    assert reply.spec.version.value == server.available()[-1]


def test_a_batch_of_decoded_images_scores_as_each_alone(server, images):
    batch = np.stack([images[0], images[0][::-1], images[0][:, ::-1]])
    together = server.predict("serving_default", {"images": batch}).outputs
    for row in range(3):
        alone = server.predict("serving_default", {"images": batch[row : row + 1]}).outputs
        for name in server.attributes:
            assert_equal_scores(server, together[name][row : row + 1], alone[name])


def test_a_batch_of_files_scores_as_each_alone(server, image_files, scores):
    for row, file in enumerate(image_files):
        alone = server.of_files("predict_jpeg", [file])
        for name, values in scores.items():
            assert_equal_scores(server, alone[name], values[row : row + 1])


def test_the_order_of_images_is_kept(server, image_files, scores):
    backwards = server.of_files("predict_jpeg", image_files[::-1])
    for name, values in scores.items():
        assert_equal_scores(server, backwards[name][::-1], values)


def test_an_undecodable_image_harms_no_other(server, image_files, scores):
    mixed = [UNDECODABLE, image_files[0], b"", *image_files[1:]]
    outputs = server.of_files("predict_jpeg", mixed)
    good = [False, True, False] + [True] * (len(image_files) - 1)
    assert outputs["decoded"].tolist() == good
    for name, values in scores.items():
        assert np.isnan(outputs[name]).tolist() == [not it for it in good]
        assert_equal_scores(server, outputs[name][good], values)


def test_an_undecodable_image_alone_is_answered_too(server):
    outputs = server.of_files("predict_jpeg", [UNDECODABLE])
    assert outputs["decoded"].tolist() == [False]
    assert all(np.isnan(outputs[name]).all() for name in server.attributes)


def test_no_images_are_no_answers(server):
    if not server.is_ours:
        pytest.skip("an empty request may end a tensorflow_model_server that pads its batches")
    outputs = server.of_files("predict_jpeg", [])
    assert {values.shape for values in outputs.values()} == {(0,)}


def test_an_attributes_own_signature_is_its_part_of_the_whole(server, image_files, scores):
    for name, values in scores.items():
        outputs = server.of_files(name, [*image_files, UNDECODABLE])
        assert set(outputs) == {name, "decoded"}
        assert_equal_scores(server, outputs[name][:-1], values)
        assert np.isnan(outputs[name][-1])


def test_decisions_are_scores_that_reach_their_thresholds(server, image_files, scores):
    outputs = server.of_files("decisions", [*image_files, UNDECODABLE])
    assert set(outputs) == {*server.attributes, "decoded"}
    assert outputs["decoded"].tolist() == [True] * len(image_files) + [False]
    for name, threshold in server.metadata.thresholds.items():
        assert outputs[name].dtype == np.bool_
        assert not outputs[name][-1]
        clear = np.abs(scores[name] - threshold) > server.tolerance
        expected = scores[name] >= threshold
        assert outputs[name][:-1][clear].tolist() == expected[clear].tolist()


def test_features_are_rows_of_one_length(server, image_files):
    outputs = server.of_files("features", [image_files[0], UNDECODABLE, image_files[1]])
    assert set(outputs) == {"features", "decoded"}
    features = outputs["features"]
    assert (features.ndim, len(features)) == (2, 3)
    assert np.isfinite(features[[0, 2]]).all()
    assert np.isnan(features[1]).all()
    assert (features[0] != features[2]).any()


def test_metadata_are_the_same_in_every_row(server):
    rows = server.of_files("metadata_rows", [b"", b"any"])["metadata"]
    assert [type(server.metadata).from_json(row) for row in rows] == [server.metadata] * 2


def test_metadata_without_an_input_are_told_or_refused_by_a_server_that_batches(server):
    try:
        document = server.predict("metadata", {}).outputs["metadata"].item()
    except grpc.RpcError as error:
        refusal = error
    else:
        assert type(server.metadata).from_json(document) == server.metadata
        return
    assert not server.is_ours
    assert refusal.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "must have at least one input" in refusal.details()


@pytest.mark.parametrize("count", [1, 2])
def test_an_output_filter_leaves_out_the_rest(server, image_files, scores, count):
    wanted = server.attributes[-count:]
    reply = server.predict("predict_jpeg", {"image_bytes": image_files}, outputs=wanted)
    assert set(reply.outputs) == set(wanted)
    for name in wanted:
        assert_equal_scores(server, reply.outputs[name], scores[name])


def test_a_passed_deadline_is_told_and_harms_nothing(server, image_files):
    with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
        server.predict("predict_jpeg", {"image_bytes": image_files}, timeout=1e-9)
    assert server.of_files("predict_jpeg", image_files)["decoded"].all()
