"""Which images parts have, written for workers."""

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.part_plan import PartPlan


def test_a_plan_is_read_as_it_was_written(tmp_path):
    images = ["/b.png", "/line\nbreak.png", "/\udce9.png"]
    PartPlan(str(tmp_path)).write("one", images)
    PartPlan(str(tmp_path)).write("two", {"/a.png": None, "/b.png": "0f"})
    assert PartPlan(str(tmp_path)).read("one") == images
    assert PartPlan(str(tmp_path)).read("two") == {"/a.png": None, "/b.png": "0f"}


def test_a_part_is_told_by_its_first_and_last_image(tmp_path):
    plan = PartPlan(str(tmp_path))
    plan.write("three", ["/a.png", "/b.png", "/\udce9.png"])
    plan.write("one", {"/a.png": None})
    assert plan.describe("three") == r"three (images /a.png to /\xe9.png)"
    assert plan.describe("one") == "one (images /a.png to /a.png)"


def test_nothing_is_left_of_a_plan_that_is_removed(tmp_path):
    plan = PartPlan(str(tmp_path))
    plan.remove()
    plan.write("one", ["/a.png"])
    plan.remove()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(GraftNetError, match="does not exist"):
        plan.read("one")
