import numpy as np
import pytest
import tensorflow as tf

from yolact_tf.errors import YolactError
from yolact_tf.training.optimizers import Optimization


def _rates(settings, steps, at):
    rate = settings.make(steps)._learning_rate
    return [float(rate(tf.constant(step))) for step in at]


def test_the_published_schedule():
    rates = _rates(Optimization(), 800_000, [0, 250, 500, 279_999, 280_000, 600_000, 750_000])
    np.testing.assert_allclose(rates, [1e-4, 5.5e-4, 1e-3, 1e-3, 1e-4, 1e-5, 1e-7], rtol=1e-3)


def test_a_cosine_falls_to_zero():
    settings = Optimization(learning_rate=0.2, warmup_steps=0, milestones=())
    np.testing.assert_allclose(_rates(settings, 100, [0, 50, 100]), [0.2, 0.1, 0.0], atol=1e-6)


def test_sgd_moves_as_pytorch_does():
    """v = 0.9 v + g + decay w; w = w - rate v, by hand for two steps with gradient 1."""
    settings = Optimization(learning_rate=0.1, warmup_steps=0, weight_decay=0.5, milestones=(2.0,))
    optimizer, weight = settings.make(10), tf.Variable(2.0)
    for wanted in (2.0 - 0.1 * 2.0, 1.8 - 0.1 * (0.9 * 2.0 + 1.9)):
        gradients, norm = settings.gradients([tf.constant(1.0)], [weight])
        assert float(norm) == 1.0
        optimizer.apply_gradients(zip(gradients, [weight], strict=True))
        assert float(weight) == pytest.approx(wanted, rel=1e-6)


def test_clipping_limits_the_norm_and_tells_the_whole():
    settings = Optimization("adamw", clip=1.0)
    gradients, norm = settings.gradients([tf.constant([3.0, 4.0])], [tf.Variable([0.0, 0.0])])
    assert float(norm) == pytest.approx(5.0)
    np.testing.assert_allclose(gradients[0], [0.6, 0.8], rtol=1e-6)


def test_an_unknown_optimizer_is_said():
    with pytest.raises(YolactError, match="'lion'; there are: sgd, adamw"):
        Optimization("lion").make(10)
