"""Tests of the report: what it says of scores with a known order, and what it writes down."""

import json

import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from tests.benchmarks.evidence import growing, presentation
from tests.benchmarks.evidence.comparison import report
from tests.benchmarks.evidence.division import judged_photos, validation_photos
from tests.benchmarks.evidence.photos import Photos
from tests.benchmarks.evidence.results import Results
from tests.benchmarks.evidence.search import Scores

COUNT = 400


@pytest.fixture
def photos():
    labels = np.random.default_rng(0).integers(0, 2, (COUNT, 2)).astype(np.int8)
    labels[:, 1] = np.arange(COUNT) % 20 == 0  # too few positives for a mean
    images = np.zeros((COUNT, 1, 1, 3), np.uint8)
    return Photos(("hat", "scarf"), np.arange(COUNT), images, labels, np.arange(COUNT))


@pytest.fixture
def results(photos, tmp_path):
    """`sure` knows every label, `guess` none; `other` knows hats alone."""
    results = Results(str(tmp_path), (0, 1))
    parts = [
        part.labels.astype(np.float32)
        for part in (validation_photos(photos), judged_photos(photos))
    ]
    random = np.random.default_rng(1)

    def keep(name, change):
        for seed in results.seeds:
            scores = Scores(*map(change, parts), 8.0, 4.0, 2, 3)
            results.keep(name, seed, scores, {"rate": 1}, 10, [], 20.0)

    keep("sure", lambda labels: 0.1 + 0.8 * labels)
    keep("guess", lambda labels: random.random(labels.shape, np.float32))
    keep("other", lambda labels: np.stack([labels[:, 0], np.full(len(labels), np.nan)], axis=1))
    return results


def test_who_knows_is_ahead_by_what_the_other_lacks(photos, results):
    found = report(photos, results, ("sure", "guess", "other"))
    assert found["not_in_means"] == ["scarf"]
    sure, guess, other = (found["contenders"][name] for name in ("sure", "guess", "other"))
    assert (sure["mean_auc"], sure["auc"]["scarf"]) == (1.0, 1.0)
    assert sure["mean_calibration_error"] == pytest.approx(0.1)
    assert sure["mean_calibration_error_tempered"] < 0.02, "half the temperature makes .1 a .01"
    assert guess["behind"] == pytest.approx(1 - guess["mean_auc"])
    low, high = guess["behind_interval"]
    assert 0.3 < low < guess["behind"] < high < 0.7
    assert guess["p_after_holm"]["hat"] < 0.01
    assert other["auc"] == {"hat": 1.0}
    assert other["behind_interval"] == [0.0, 0.0]
    assert (guess["cpu_seconds_in_all"], guess["seeds"]) == (40, [0, 1])


def test_each_opening_of_the_test_labels_is_written_down(photos, results, tmp_path):
    for _ in range(2):
        report(photos, results, ("sure",))
    lines = (tmp_path / "test_openings.jsonl").read_text().splitlines()
    assert [json.loads(line)["contenders"] for line in lines] == [["sure"], ["sure"]]


def test_without_the_first_nothing_is_opened(photos, results, tmp_path):
    with pytest.raises(GraftNetError, match="no result of missing"):
        report(photos, results, ("missing", "sure"))
    assert not (tmp_path / "test_openings.jsonl").exists()


def test_rates_are_those_of_table_2_at_thresholds_of_the_validation_photos(photos, results):
    found = report(photos, results, ("sure",))["contenders"]["sure"]
    assert found["rates"]["hat"] == {"accuracy": 1, "precision": 1, "recall": 1, "fpr": 0}
    assert found["mean_balanced_accuracy"] == 1


def test_the_curve_of_who_knows_every_label_is_a_corner(photos, results):
    test = judged_photos(photos)
    recalls = presentation.mean_recalls(test, results, "sure", 0)
    assert recalls[0] == recalls[-1] == 1
    assert presentation.roc_png(test, results, ["sure", "guess"]).startswith(b"\x89PNG")


def test_a_label_that_came_is_told_with_what_became_of_the_others(photos, tmp_path):
    results = Results(str(tmp_path), (0,))  # with seed 0 hats are new
    labels = [part.labels for part in (validation_photos(photos), judged_photos(photos))]
    sure = [0.1 + 0.8 * part.astype(np.float32) for part in labels]
    without = [np.stack([np.full(len(part), np.nan), part[:, 1]], axis=1) for part in sure]
    wrong = [np.stack([part[:, 0], 1 - part[:, 1]], axis=1) for part in sure]
    results.keep("first", 0, Scores(*sure, 8.0, 4.0, 2, 3), {}, 1, [], 8.0)
    for name, scores in (
        (growing.BEFORE_BRANCH, without),
        (growing.BRANCH, sure),
        (growing.BEFORE, sure),
        (growing.LWF, wrong),
    ):
        results.keep(growing.result(name), 0, Scores(*scores, 8.0, 4.0, 2, 3), {}, 1, [], 8.0)
    grown = report(photos, results, ("first",))["grown"]
    told = {"new": 1.0, "others_before": 1.0, "others_after": 1.0, "cpu_seconds": 4.0}
    assert grown == {growing.BRANCH: told, growing.LWF: {**told, "others_after": 0.0}}
