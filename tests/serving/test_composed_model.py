"""The signatures, in the graph mode in which TF Serving runs them."""

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.sample_pictures import DECODABLE, UNDECODABLE, picture

ATTRIBUTES = {"bald", "t_shirt", "male", "female"}
GOOD = [picture(seed) for seed in range(3)]


@pytest.fixture(scope="module")
def run(servable):
    def run(signature, output_filter=(), **inputs):
        protos = {name: tf.make_tensor_proto(value) for name, value in inputs.items()}
        return servable.predict(signature, protos, output_filter, max_bytes=1 << 30)

    return run


@pytest.fixture(scope="module")
def good_scores(run):
    return run("predict_jpeg", pictures=GOOD)


def test_good_pictures_are_decoded_and_scored(good_scores):
    assert set(good_scores) == ATTRIBUTES | {"decoded"}
    assert good_scores["decoded"].all()
    for attribute in ATTRIBUTES:
        assert good_scores[attribute].shape == (3,)
        assert ((good_scores[attribute] > 0) & (good_scores[attribute] < 1)).all()


def test_a_file_scores_as_its_pixels_do(run):
    file = picture(file="PNG")
    pixels = tf.io.decode_png(file).numpy()
    from_pixels = run("serving_default", images=pixels[np.newaxis])
    from_file = run("predict_jpeg", pictures=[file])
    for attribute in ATTRIBUTES:
        np.testing.assert_array_equal(from_file[attribute], from_pixels[attribute])


@pytest.mark.parametrize("kind", DECODABLE)
def test_every_kind_of_picture_is_decoded_alone(run, kind):
    answer = run("predict_jpeg", pictures=[DECODABLE[kind]])
    assert answer["decoded"].tolist() == [True]
    assert all(np.isfinite(answer[attribute]).all() for attribute in ATTRIBUTES)


@pytest.mark.parametrize("kind", UNDECODABLE)
def test_a_bad_picture_alone_fails_its_request(run, kind):
    with pytest.raises(tf.errors.InvalidArgumentError, match="No picture of the request"):
        run("predict_jpeg", pictures=[UNDECODABLE[kind]])


@pytest.mark.parametrize("kind", UNDECODABLE)
def test_a_bad_picture_harms_no_other(run, good_scores, kind):
    answer = run("predict_jpeg", pictures=[*GOOD[:1], UNDECODABLE[kind], *GOOD[1:]])
    assert answer["decoded"].tolist() == [True, False, True, True]
    for attribute in ATTRIBUTES:
        assert np.isnan(answer[attribute][1])
        np.testing.assert_array_equal(np.delete(answer[attribute], 1), good_scores[attribute])


def test_bad_pictures_at_both_ends_leave_the_rows_in_order(run, good_scores):
    answer = run("predict_jpeg", pictures=[b"", *GOOD, b""])
    np.testing.assert_array_equal(answer["bald"][1:4], good_scores["bald"])
    assert np.isnan(answer["bald"][[0, 4]]).all()


@pytest.mark.parametrize(
    ("signature", "inputs"),
    [
        ("serving_default", {"images": np.zeros((0, 40, 40, 3), np.uint8)}),
        ("predict_jpeg", {"pictures": np.zeros((0,), "S1")}),
    ],
)
def test_an_empty_batch_gives_empty_scores(run, signature, inputs):
    answer = run(signature, **inputs)
    assert {values.shape for values in answer.values()} == {(0,)}


@pytest.mark.parametrize("shape", [(1, 1, 1, 3), (2, 15, 40, 3), (1, 0, 40, 3), (0, 9000, 9000, 3)])
def test_images_beyond_the_limits_are_refused(run, shape):
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected sides of at least 16"):
        run("serving_default", images=np.zeros(shape, np.uint8))


def test_only_the_outputs_asked_for_are_returned(run, good_scores):
    answer = run("predict_jpeg", ["t_shirt"], pictures=GOOD)
    assert list(answer) == ["t_shirt"]
    np.testing.assert_array_equal(answer["t_shirt"], good_scores["t_shirt"])


def test_eager_loading_answers_alike(model_dir, good_scores):
    signatures = tf.saved_model.load(model_dir).signatures
    answer = signatures["predict_jpeg"](pictures=tf.constant(GOOD))
    for attribute in ATTRIBUTES:
        np.testing.assert_allclose(answer[attribute], good_scores[attribute], rtol=1e-6)
