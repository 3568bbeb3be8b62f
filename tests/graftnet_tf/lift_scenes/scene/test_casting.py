import collections

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.lift_scenes.dataset.attribute_tasks import AGE, ATTRIBUTE_TASKS, GENDER, label
from graftnet_tf.lift_scenes.people.passenger import ATTRIBUTES
from graftnet_tf.lift_scenes.scene.casting import Wish, cast_passenger

GROWN_UP_AGES = {"youth", "middle_age", "old_age"}
FOR_GROWN_UPS = {
    "suit", "food_deliverer", "courier", "maintenance", "sport_style", "pregnant",
    "holding_baby", "ladys_bag", "bald",
}  # fmt: skip
OUTFITS = {"suit", "food_deliverer", "courier", "maintenance", "sport_style"}


def test_sixteen_tasks_report_the_eighteen_attributes():
    reported = [name for task in ATTRIBUTE_TASKS for name in task.attributes]
    assert len(ATTRIBUTE_TASKS) == 16
    assert sorted(reported) == sorted(ATTRIBUTES)


@given(st.integers(0, 2**32))
def test_attributes_go_together(seed):
    shown = cast_passenger(np.random.default_rng(seed)).attributes
    assert len(shown & (GROWN_UP_AGES | {"child", "baby"})) == 1
    assert len(shown & {"male", "female"}) <= 1
    assert len(shown & OUTFITS) <= 1
    if shown & FOR_GROWN_UPS:
        assert shown & GROWN_UP_AGES
    if "pregnant" in shown:
        assert "female" in shown
        assert "holding_baby" not in shown
    if "baby" in shown:
        assert shown == {"baby"}
    if "holding_baby" in shown:
        assert not shown & {"watching_phone", "backpack"}


@given(st.integers(0, 2**32))
def test_what_is_seen_from_behind_only_is_shown(seed):
    passenger = cast_passenger(np.random.default_rng(seed))
    if passenger.away:
        assert not passenger.attributes & {"watching_phone", "holding_baby", "pregnant"}


def test_every_attribute_is_common_enough_to_be_learnt():
    rng = np.random.default_rng(0)
    shown = collections.Counter(
        name for _ in range(2000) for name in cast_passenger(rng).attributes
    )
    assert min(shown[name] for name in ATTRIBUTES) >= 0.045 * 2000


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_a_wish_is_fulfilled(attribute):
    rng = np.random.default_rng(1)
    among = frozenset({attribute})
    assert attribute in cast_passenger(rng, Wish(among, among)).attributes
    assert attribute not in cast_passenger(rng, Wish(among, frozenset())).attributes


@pytest.mark.parametrize(
    ("task", "attributes", "name"),
    [
        (AGE, {"old_age", "male"}, "other"),
        (AGE, {"middle_age", "male"}, "middle_age"),
        (GENDER, {"baby"}, "other"),
        (GENDER, {"youth", "female"}, "female"),
        (ATTRIBUTE_TASKS[0], {"suit"}, "positive"),
        (ATTRIBUTE_TASKS[0], {"bald"}, "negative"),
    ],
)
def test_label_is_the_class_of_the_shown_attribute(task, attributes, name):
    assert task.classes[label(task, attributes)] == name
