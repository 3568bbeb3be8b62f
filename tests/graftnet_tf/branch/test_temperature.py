import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.branch.temperature import fit_temperature, tempered
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics
from graftnet_tf.workspace.tasks import Task

HAT = Task.binary("hat")


def drawn(count, factor, seed=0):
    """Labels of two classes drawn by logits, and these logits times a factor."""
    random = np.random.default_rng(seed)
    logits = np.stack([np.zeros(count), random.normal(0, 2, count)], 1)
    labels = (random.random(count) < 1 / (1 + np.exp(-logits[:, 1]))).astype(np.int32)
    return labels, np.float32(logits * factor)


def test_logits_that_are_too_large_get_their_factor_back():
    labels, logits = drawn(20_000, factor=3)
    found = fit_temperature(HAT, labels, logits, np.arange(20_000))
    assert found.temperature == found.fitted == pytest.approx(3, rel=0.05)
    assert found.nll_cross_fitted < found.nll
    errors = [
        metrics.expected_calibration_error(labels == 1, tempered(logits, some).numpy()[:, 1])
        for some in (1.0, found.temperature)
    ]
    assert errors[1] < 0.02 < 0.1 < errors[0]


def test_the_order_of_two_class_scores_stays():
    labels, logits = drawn(500, factor=3)
    found = fit_temperature(HAT, labels, logits, np.arange(500))
    assert found.temperature != 1
    plain, calibrated = (tempered(logits, it).numpy()[:, 1] for it in (1.0, found.temperature))
    assert metrics.auc(labels == 1, calibrated) == pytest.approx(metrics.auc(labels == 1, plain))


def test_what_helps_on_the_groups_it_was_fitted_on_alone_is_left_off():
    """Logits are right; a handful of images fits some temperature all the same."""
    helped = []
    for seed in range(20):
        labels, logits = drawn(40, factor=1, seed=seed)
        found = fit_temperature(HAT, labels, logits, np.arange(40))
        assert found.fitted != 1
        if found.nll_cross_fitted >= found.nll:
            assert found.temperature == 1
        else:
            helped.append(seed)
    assert len(helped) < 15


def test_images_of_few_groups_do_not_tell():
    labels, logits = drawn(2000, factor=3)
    found = fit_temperature(HAT, labels, logits, np.arange(2000) % 29)
    assert (found.temperature, found.fitted, found.nll_cross_fitted) == (1, None, None)


def test_temperature_one_is_the_plain_softmax_bit_for_bit():
    _, logits = drawn(100, factor=1)
    np.testing.assert_array_equal(tempered(logits, 1.0), tf.nn.softmax(logits))


def test_separable_validation_parts_do_not_sharpen_without_end():
    labels = np.arange(100) % 2
    logits = np.float32(np.stack([-labels, labels], 1))
    found = fit_temperature(HAT, labels, logits, np.arange(100))
    assert found.temperature == pytest.approx(0.5, abs=1e-3)
    assert all(np.isfinite(list(dataclasses.asdict(found).values())))


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_training_that_diverged_is_named(broken):
    labels, logits = drawn(50, factor=1)
    logits[3] = broken
    with pytest.raises(GraftNetError, match=r"hat gives no finite number for 1 of 50 .*diverged"):
        fit_temperature(HAT, labels, logits, np.arange(50))
