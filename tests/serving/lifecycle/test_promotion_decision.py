"""Comparing, promoting and reporting."""

import dataclasses
import os
import shutil

import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.io import atomic_files
from serving.lifecycle.candidates import CANDIDATES, waiting_candidates
from serving.lifecycle.model_comparison import Verdict, compare
from serving.lifecycle.promotion_decision import decide
from serving.lifecycle.staleness import staleness
from tests.serving.fake_versions import publish_model
from tests.serving.lifecycle.coloured_versions import BRANCH, draw_tasks, publish_branch


def served_versions(workspace):
    return atomic_files.numbered(workspace.path("serving", "graftnet"), suffix="")


def scores(directory, workspace, attribute):
    paths = [workspace.path("images", f"red-test-{k}.png") for k in range(8)]
    return LocalPredictor(directory).score([atomic_files.read_bytes(path) for path in paths])[
        attribute
    ]


def test_a_candidate_that_is_as_good_is_promoted(renew, served):
    draw_tasks(served, "red", seed=1)
    draw_tasks(served, "blue")
    decision = decide(served, renew())
    assert (decision.promoted, served_versions(served)) == ("2", [1, 2])
    verdicts = {a.name: a.verdict for a in decision.comparison.attributes}
    assert verdicts == {"red": Verdict.KEPT, "green": Verdict.IDENTICAL, "blue": Verdict.NEW}
    old, new = (served.path("serving", "graftnet", version) for version in "12")
    np.testing.assert_array_equal(scores(old, served, "green"), scores(new, served, "green"))
    assert not any(state.stale for state in staleness(served).tasks)
    assert (renew(), waiting_candidates(served)) == (None, [])


def test_a_candidate_with_a_dropped_attribute_waits_and_can_be_promoted_by_name(
    renew, served, trainer
):
    draw_tasks(served, "red", seed=1)
    trainer.noise = {"red": 20}
    decision = decide(served, renew())
    (red,) = decision.comparison.obstacles
    assert (red.name, red.verdict, red.change.before) == ("red", Verdict.DROPPED, 1)
    assert red.change.after < 0.9
    assert (decision.promoted, served_versions(served)) == (None, [1])
    assert waiting_candidates(served) == [decision.candidate]
    publish_model(served)  # the newest branches, of which the candidate's is none yet
    assert (
        LocalPredictor(served.path("serving", "graftnet", "2")).metadata["tasks"]["red"][
            "branch_version"
        ]
        == "0001"
    )
    assert decide(served, decision.candidate, force=True).promoted == "3"
    assert staleness(served).tree.branches["red"].version == "0002"


REASON = "No threshold of red that finds a positive has an FPR of at most 0.01."


@pytest.mark.parametrize("missed", [None, REASON])
def test_an_operating_point_that_is_missed_is_in_the_way(renew, served, trainer, missed):
    points = {"red": OperatingPoint(max_fpr=0.01)}
    publish_branch(served, "red", dataclasses.replace(BRANCH, operating_points=points))
    publish_model(served)
    draw_tasks(served, "red", seed=1)
    trainer.missed = {"red": missed}
    decision = decide(served, renew())
    verdict = {a.name: a.verdict for a in decision.comparison.attributes}["red"]
    if not missed:
        assert (verdict, decision.promoted, decision.comparison.missed) == (Verdict.KEPT, "3", {})
        return
    assert (verdict, decision.promoted) == (Verdict.MISSED, None)
    assert decision.to_dict()["comparison"]["missed"] == {"red": REASON}
    with open(decision.report, encoding="utf-8") as file:
        page = file.read()
    assert f'<p class="warning">{REASON}</p>' in page
    assert "The operating point that is served is kept no longer: red." in page


def test_a_candidate_of_before_the_operating_point_says_so(renew, served):
    draw_tasks(served, "red", seed=1)
    candidate = renew()
    points = {"red": OperatingPoint(min_precision=0.9)}
    publish_branch(served, "red", dataclasses.replace(BRANCH, operating_points=points))
    publish_model(served)
    comparison = decide(served, candidate).comparison
    assert [(a.name, a.verdict) for a in comparison.obstacles] == [("red", Verdict.MISSED)]
    assert comparison.missed["red"] == (
        "The threshold of red in branch red/0002 was not chosen for a precision of at least 0.9, "
        "as the served one was."
    )


def test_a_head_trained_anew_without_test_data_is_not_promoted_unseen(renew, served):
    draw_tasks(served, "red", seed=1, test=0)
    decision = decide(served, renew())
    assert [(a.name, a.verdict) for a in decision.comparison.obstacles] == [
        ("red", Verdict.UNMEASURED)
    ]
    assert decision.promoted is None


def test_a_head_is_lost_only_on_purpose(renew, served):
    shutil.rmtree(served.path("tasks", "red"))
    candidate = renew(left_out=frozenset({"red"}))
    assert decide(served, candidate).promoted is None
    with pytest.raises(GraftNetError, match=r"lacks heads.*red.*--leave_out=red"):
        decide(served, candidate, force=True)
    assert decide(served, candidate, left_out=frozenset({"red"})).promoted == "2"


def test_a_candidate_is_not_promoted_over_what_it_was_not_compared_with(renew, served, monkeypatch):
    draw_tasks(served, "red", seed=1)
    candidate = renew()

    def meanwhile(*arguments, **options):
        publish_model(served)
        return compare(*arguments, **options)

    monkeypatch.setattr("serving.lifecycle.promotion_decision.compare", meanwhile)
    with pytest.raises(GraftNetError, match=r"graftnet/2 is served by now"):
        decide(served, candidate)
    assert served_versions(served) == [1, 2]


def test_classes_that_the_served_model_does_not_know_leave_it_unmeasured(renew, served):
    path = served.path("tasks", "red", "task.json")
    content = {"name": "red", "classes": ["no", "yes"], "attributes": {"red": "yes"}}
    atomic_files.write_json(path, content)
    for split in ("train", "test"):
        rows = served.path("tasks", "red", f"{split}.csv")
        text = atomic_files.read_bytes(rows).decode()
        atomic_files.write_text(rows, text.replace("negative", "no").replace("positive", "yes"))
    (red,) = decide(served, renew()).comparison.obstacles
    assert (red.verdict, red.before) == (Verdict.UNMEASURED, None)
    assert red.after.auc == 1


def test_the_report_says_what_stood_in_the_way_and_a_margin_puts_up_with_it(renew, served, trainer):
    draw_tasks(served, "red", seed=1)
    trainer.noise = {"red": 20}
    decision = decide(served, renew())
    page = atomic_files.read_bytes(decision.report).decode()
    assert "not promoted" in page
    assert "AUC lower by more than the margin of 0.02: red." in page
    assert page.count("data:image/png") == 1
    content = atomic_files.read_json(
        os.path.join(os.path.dirname(decision.report), "comparison.json")
    )
    assert content["obstacles"] == ["red"]
    assert content["attributes"]["green"]["change"] == 0
    assert content["before"] == served.path("serving", "graftnet", "1")
    assert content["after"] == served.path(*CANDIDATES, decision.candidate)
    assert decide(served, decision.candidate, margin=1).promoted == "2"
    assert "is served as model" in atomic_files.read_bytes(decision.report).decode()
