"""Which images parts have, written for workers."""

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.part_plan import PartPlan, Trial


def test_a_plan_is_read_as_it_was_written(tmp_path):
    images = ["/b.png", "/line\nbreak.png", "/\udce9.png"]
    PartPlan(str(tmp_path)).write("one", images)
    PartPlan(str(tmp_path)).write("two", {"/a.png": None, "/b.png": "0f"})
    assert PartPlan(str(tmp_path)).read("one") == images
    assert PartPlan(str(tmp_path)).read("two") == {"/a.png": None, "/b.png": "0f"}


def test_what_is_left_out_and_tried_is_kept_for_each_part(tmp_path):
    plan = PartPlan(str(tmp_path))
    assert (plan.left_out("one"), plan.trial("one")) == ({}, Trial(0, begun=False))
    plan.leave_out("one", {"/\udce9.png": "It kills.", "/b.png": "It kills too."})
    plan.note_trial("one", Trial(3, begun=True))
    again = PartPlan(str(tmp_path))
    assert again.left_out("one") == {"/\udce9.png": "It kills.", "/b.png": "It kills too."}
    assert again.trial("one") == Trial(3, begun=True)
    assert (again.left_out("two"), again.trial("two")) == ({}, Trial(0, begun=False))
    plan.remove()
    assert again.left_out("one") == {}


def test_nothing_is_left_of_a_plan_that_is_removed(tmp_path):
    plan = PartPlan(str(tmp_path))
    plan.remove()
    plan.write("one", ["/a.png"])
    plan.remove()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(GraftNetError, match="does not exist"):
        plan.read("one")
