import datetime

import pytest

from graftnet_tf.data.fingerprints import data_hashes
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace import manifest
from serving.lifecycle.trunk_state import TrunkState, trunk_state
from tests.serving.lifecycle.coloured_versions import draw_tasks


def state(*, new=(), changed=(), age=40.0, max_age=30.0, forgotten=None):
    return TrunkState("0001", new, changed, 5, age, max_age, forgotten)


@pytest.mark.parametrize(
    ("found", "due", "kept"),
    [
        (state(new=("hat",)), True, False),
        (state(changed=("hat",)), True, False),
        (state(), False, True),
        (state(new=("hat",), age=30.0), False, False),
        (state(new=("hat",), max_age=None), False, False),
        (state(age=30.0), False, False),
        (state(max_age=None), False, False),
        (state(new=("hat",), age=None), False, True),  # it cannot be told, and is told so
        (state(new=tuple("abcde"), age=1.0), True, False),
        (state(new=tuple("abcde"), max_age=None), True, False),
        (state(age=1.0, forgotten="learnt from 1 image"), True, False),
    ],
)
def test_an_old_trunk_is_due_where_it_could_learn_anything_new(found, due, kept):
    assert found.due is due
    assert (found.kept is not None) is kept


def test_reasons_name_what_is_new_and_how_old_it_is():
    found = state(new=("hat",), changed=("bald", "bag"), forgotten="learnt from 1 image")
    assert found.reasons == [
        "trunk 0001 is 40.0 days old, more than 30, and there is new data "
        "(new: hat; changed: bald, bag)",
        "trunk 0001 learnt from 1 image",
    ]
    assert state().kept == (
        "Trunk 0001 is 40.0 days old, more than 30, and kept: nothing that it could learn is new."
    )


def set_age(workspace, days):
    """Has trunk 0001 be published so many days ago; None takes the date away."""
    path = workspace.path("trunks", "0001", manifest.NAME)
    content = atomic_files.read_json(path)
    del content["published"]
    if days is not None:
        then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
        content["published"] = then.isoformat(timespec="seconds")
    atomic_files.write_json(path, content)


def read(workspace):
    hashes = data_hashes(workspace.training_splits())
    return trunk_state(workspace, "0001", hashes, limit=5, max_age=30)


@pytest.mark.parametrize("days", [0, 12.5, 400])
def test_age_counts_from_when_the_trunk_was_published(served, days):
    set_age(served, days)
    assert read(served).age == pytest.approx(days, abs=0.01)


def test_a_trunk_without_a_date_is_kept_and_that_is_said(served):
    set_age(served, None)
    draw_tasks(served, "blue")
    found = read(served)
    assert (found.age, found.due) == (None, False)
    assert "does not say how old it is" in found.kept


def test_new_and_changed_tasks_are_told_apart_and_test_data_does_not_count(served):
    assert (read(served).new, read(served).changed) == ((), ())
    draw_tasks(served, "blue")
    draw_tasks(served, "red", seed=1)
    path = served.path("tasks", "green", "test.csv")
    atomic_files.write_text(path, "image,class,group\n")
    assert (read(served).new, read(served).changed) == (("blue",), ("red",))


def test_of_a_trunk_that_does_not_say_what_it_learnt_from_nothing_is_known_to_have_changed(served):
    path = served.path("trunks", "0001", manifest.NAME)
    atomic_files.write_json(path, {**atomic_files.read_json(path), "inputs": {}})
    draw_tasks(served, "red", seed=1)
    assert read(served).changed == ()
