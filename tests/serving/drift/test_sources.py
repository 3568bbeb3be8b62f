"""The same scores, however they are told."""

import dataclasses
import json

import numpy as np
import pytest
from prometheus_client import generate_latest

from graftnet_tf.errors import GraftNetError
from serving.client import Passenger, PictureResult, SnapshotResult
from serving.drift.histograms import count
from serving.drift.score_log import read_log
from serving.drift.scrape import histograms_of, read_page, since
from serving.embedded.admission import Admission
from serving.embedded.metrics import Metrics
from serving.embedded.model_store import ModelStore

SCORES = np.random.default_rng(0).random(500).astype(np.float32)


@pytest.fixture
def metrics():
    return Metrics(
        ModelStore([], lambda *_: None, allow_labels_for_unavailable=False), Admission(1, 1)
    )


def page_of(metrics):
    """What the server tells, without the collector that would drop versions not loaded."""
    metrics.registry.unregister(metrics)
    text = generate_latest(metrics.registry).decode()
    metrics.registry.register(metrics)
    return text


def test_a_page_of_metrics_tells_what_was_counted(metrics, tmp_path):
    metrics.record_scores("graftnet", 3, {"hat": SCORES, "decoded": np.ones(500, bool)})
    metrics.record_scores("graftnet", 2, {"hat": SCORES[:7]})
    saved = tmp_path / "page.prom"
    saved.write_text(page_of(metrics))
    page = read_page(str(saved))
    found = histograms_of(page, "graftnet", "3")
    assert set(found) == {"hat"}
    assert found["hat"].tolist() == count(SCORES).tolist()
    assert histograms_of(page, "other", "3") == {}


def test_two_pages_tell_what_came_between(metrics):
    def told():
        return histograms_of(page_of(metrics), "m", "1")

    metrics.record_scores("m", 1, {"hat": SCORES[:100]})
    earlier = told()
    metrics.record_scores("m", 1, {"hat": SCORES[100:], "bag": SCORES})
    between = since(told(), earlier)
    assert between["hat"].tolist() == count(SCORES[100:]).tolist()
    assert between["bag"].tolist() == count(SCORES).tolist()
    with pytest.raises(GraftNetError, match="started anew"):
        since(earlier, told())


def test_places_for_passengers_that_are_empty_are_not_counted(metrics):
    scores = np.array([[0.5, 0.7, 0.0], [0.0, 0.0, 0.0]], np.float32)
    outputs = {"hat": scores, "count": np.array([2, 0], np.int32)}
    metrics.record_scores("passengers", 1, {**outputs, "boxes": np.zeros((2, 3, 4), np.int32)})
    metrics.record_scores("graftnet", 1, {"features": np.zeros((2, 64), np.float32)})
    page = page_of(metrics)
    assert histograms_of(page, "passengers", "1")["hat"].tolist() == count(scores[0, :2]).tolist()
    assert histograms_of(page, "graftnet", "1") == {}


def test_logs_of_predict_tell_the_scores_of_one_version(tmp_path):
    person = Passenger((0, 0, 9, 9), 0.9, {"hat": 0.3}, {}, {})
    results = [
        PictureResult("a.jpg", {"hat": 0.2, "bag": 0.9}, model_version=4),
        PictureResult("b.jpg", {"hat": 0.8}, model_version=3),
        PictureResult("c.jpg", error="cannot be read"),
        SnapshotResult("d.jpg", (person, person), model_version=4),
    ]
    lines = [json.dumps(dataclasses.asdict(result)) for result in results]
    by_line, whole = tmp_path / "log.jsonl", tmp_path / "log.json"
    by_line.write_text("\n".join(lines) + "\n")
    whole.write_text(f'{{"pictures": [{", ".join(lines)}]}}')
    for path in (by_line, whole):
        found = read_log(str(path), "4")
        assert found["hat"].tolist() == count([0.2, 0.3, 0.3]).tolist()
        assert found["bag"].tolist() == count([0.9]).tolist()


@pytest.mark.parametrize("content", ["picture,score\na,1\n", "attribute,score\nhat,high\n"])
def test_other_tables_are_refused(tmp_path, content):
    path = tmp_path / "log.csv"
    path.write_text(content)
    with pytest.raises(GraftNetError, match="no log of scores"):
        read_log(str(path), "1")


@pytest.mark.parametrize("content", ["[]", "{}", "not JSON", '{"pictures": 3}'])
def test_other_json_is_refused(tmp_path, content):
    path = tmp_path / "log.jsonl"
    path.write_text(content)
    with pytest.raises(GraftNetError, match="no log of scores"):
        read_log(str(path), "1")


def test_metrics_with_other_bins_are_refused():
    bucket = 'graftnet_score_bucket{model="m",version="1",attribute="hat",le="%s"} 1\n'
    page = "# TYPE graftnet_score histogram\n" + bucket % "0.5" + bucket % "+Inf"
    with pytest.raises(GraftNetError, match="other edges"):
        histograms_of(page, "m", "1")


def test_metrics_that_are_not_there_are_said_not_to_be(tmp_path):
    for source in (str(tmp_path / "none.prom"), "http://127.0.0.1:1/metrics"):
        with pytest.raises(GraftNetError, match="Cannot read the metrics"):
            read_page(source)
