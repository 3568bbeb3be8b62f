import dataclasses

import pytest

from graftnet_tf.registry.tree import Tree
from serving.lifecycle.advice import advise
from serving.lifecycle.staleness import Branch, Data, Staleness, TaskState
from serving.lifecycle.trunk_state import TrunkState

GRAFTNET_DIR = Branch("0001", "0001", 0.9, candidate=False)
FRESH = TaskState("red", False, Data.UNCHANGED, None, GRAFTNET_DIR, None, "0001", ())
NEW = TaskState("blue", True, Data.UNUSED, None, None, None, None, ())
CHANGED = TaskState("green", False, Data.CHANGED, None, GRAFTNET_DIR, None, None, ())
GONE = TaskState("hat", False, Data.GONE, "No task 'hat'.", GRAFTNET_DIR, None, "0001", ())
RETRAINED = Branch("0002", "0001", 0.9, candidate=True)
WAITING = TaskState("bag", False, Data.CHANGED, None, GRAFTNET_DIR, RETRAINED, "0002", ())
ROOT = "my work"
APPLY = "graftnet-refresh --workspace='my work' --apply"


def advice(*states, limit=2, candidates=(), forgotten=None):
    new = tuple(state.task for state in states if state.new)
    trunk = TrunkState("0001", new, (), limit, 1.0, None, forgotten)
    found = Staleness("0001", Tree("0001", {}), trunk, states, {})
    return [(some.reason.split(":")[0], some.command) for some in advise(found, candidates, ROOT)]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([FRESH], []),
        ([FRESH, NEW], [("Train 1 branch", APPLY)]),
        ([CHANGED, NEW], [("Train 2 branches", APPLY)]),
        ([NEW, CHANGED, NEW], [("Retrain the trunk", APPLY)]),  # which trains all branches too
        ([WAITING], [("Compare 1 newer branch with what is served", APPLY)]),
        (
            [GONE],
            [("Mend the data of hat, which is served and cannot be trained again", None)],
        ),
    ],
)
def test_what_is_due_comes_with_its_command(states, expected):
    assert advice(*states) == expected


def test_a_trunk_that_learnt_from_what_was_forgotten_is_retrained():
    assert advice(CHANGED, forgotten="learnt from 1 image") == [("Retrain the trunk", APPLY)]


def test_why_a_branch_is_to_be_trained_is_told_where_its_data_does_not_say_it():
    state = dataclasses.replace(CHANGED, forgotten="learnt from 1 image")
    trunk = TrunkState("0001", (), (), 5, 1.0, None, None)
    found = Staleness("0001", Tree("0001", {}), trunk, (state, NEW), {})
    (advised,) = advise(found, (), ROOT)
    assert advised.reason == "Train 2 branches: green (it learnt from 1 image), blue."


def test_a_refused_candidate_is_to_be_looked_at_and_not_made_again():
    ((_, command),) = advice(WAITING, candidates=["3"])
    assert command == "graftnet-refresh --workspace='my work' --promote=3"
