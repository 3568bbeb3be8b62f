import pytest

from tests.yolact_tf.evaluation.scenes import instance, scene, thing
from yolact_tf.evaluation.comparison import compare

LEFT, SHIFTED, RIGHT, CORNER = (
    (10, 10, 50, 50),
    (18, 10, 58, 50),
    (60, 10, 100, 50),
    (0, 60, 30, 90),
)


def test_found_false_and_missed():
    things = [thing(RIGHT), thing(LEFT)]
    found = [instance(SHIFTED, 0.9), instance(CORNER, 0.8)]
    comparison = compare(scene(things, found))
    assert comparison[:3] == (((0, 1),), (1,), (0,))
    assert comparison.quality == pytest.approx((32 / 48) / (1 + 1 / 2 + 1 / 2))


def test_an_object_is_found_once_by_the_surest():
    found = [instance(SHIFTED, 0.9), instance(LEFT, 0.8)]
    comparison = compare(scene([thing(LEFT)], found))
    assert comparison[:3] == (((0, 0),), (1,), ())


def test_unsure_instances_are_none():
    assert compare(scene([thing(LEFT)], [instance(LEFT, 0.29)])) == ((), (), (0,), 0.0)


def test_too_little_overlap_is_both_false_and_missed():
    half = (10, 10, 29, 50)
    assert compare(scene([thing(LEFT)], [instance(half, 0.9)])) == ((), (0,), (0,), 0.0)


def test_another_category_is_another_object():
    assert compare(scene([thing(LEFT, 0)], [instance(LEFT, 0.9, 1)])) == ((), (0,), (0,), 0.0)


def test_crowds_are_not_missed_and_what_is_in_them_is_not_false():
    crowd = thing((0, 0, 120, 100), crowd=True)
    comparison = compare(scene([crowd, thing(LEFT)], [instance(LEFT, 0.9), instance(RIGHT, 0.8)]))
    assert comparison[:3] == (((0, 1),), (), ())
    assert comparison.quality == pytest.approx(1)


def test_nothing_there_and_nothing_found_has_no_quality():
    assert compare(scene([], [])) == ((), (), (), None)
    assert compare(scene([], [instance(LEFT, 0.9)])) == ((), (0,), (), 0.0)
