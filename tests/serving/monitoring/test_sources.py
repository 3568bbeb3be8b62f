"""The same scores, however they are told."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from prometheus_client import generate_latest

from graftnet_tf.errors import GraftNetError
from serving.client import ImageResult, Passenger, SnapshotResult
from serving.model_server.metrics import Metrics
from serving.model_server.models.model_store import ModelStore
from serving.model_server.requests.admission import Admission
from serving.model_server.requests.bytes_in_flight import BytesInFlight
from serving.monitoring.score_log import read_log
from serving.monitoring.scrape import parse_metrics, read_metrics, since
from serving.monitoring.sources import read_scores
from serving.schema.score_histograms import count

SCORES = np.random.default_rng(0).random(500).astype(np.float32)


@pytest.fixture
def metrics():
    store = ModelStore([], lambda *_: None, allow_labels_for_unavailable=False)
    return Metrics(store, Admission(1, 1), BytesInFlight(1, 1, 1))


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
    found = read_metrics(str(saved)).of("graftnet", "3")
    assert set(found) == {"hat"}
    assert found["hat"].tolist() == count(SCORES).tolist()


def test_two_pages_tell_what_came_between(metrics):
    def told(source="later.prom"):
        return parse_metrics(page_of(metrics), source)

    metrics.record_scores("m", 2, {"hat": SCORES})
    before_any = told()
    metrics.record_scores("m", 1, {"hat": SCORES[:100]})
    earlier = told("earlier.prom")
    metrics.record_scores("m", 1, {"hat": SCORES[100:], "bag": SCORES})
    between = since(told(), earlier, "m", "1")
    assert between["hat"].tolist() == count(SCORES[100:]).tolist()
    assert between["bag"].tolist() == count(SCORES).tolist()
    assert since(earlier, before_any, "m", "1")["hat"].tolist() == count(SCORES[:100]).tolist()
    with pytest.raises(GraftNetError, match=r"earlier\.prom does not go on from later\.prom"):
        since(earlier, told(), "m", "1")
    with pytest.raises(GraftNetError, match=r"No score of m 1 was counted between earlier\.prom"):
        since(earlier, earlier, "m", "1")


def test_a_server_that_was_started_anew_is_known_though_it_counted_more(metrics):
    bucket = 'graftnet_score_%s{model="m",version="1",attribute="hat"%s} %g\n'

    def told(created, count):
        edges = [*(f"{edge / 20}" for edge in range(1, 21)), "+Inf"]
        lines = [bucket % ("bucket", f',le="{edge}"', count) for edge in edges]
        return parse_metrics("".join([*lines, bucket % ("created", "", created)]), "page")

    assert since(told(5.5, 30), told(5.5, 10), "m", "1")["hat"].sum() == 20
    with pytest.raises(GraftNetError, match="started anew"):
        since(told(7.5, 30), told(5.5, 10), "m", "1")


def test_places_for_passengers_that_are_empty_are_not_counted(metrics):
    scores = np.array([[0.5, 0.7, 0.0], [0.0, 0.0, 0.0]], np.float32)
    outputs = {"hat": scores, "count": np.array([2, 0], np.int32)}
    metrics.record_scores("passengers", 1, {**outputs, "boxes": np.zeros((2, 3, 4), np.int32)})
    metrics.record_scores("graftnet", 1, {"features": np.zeros((2, 64), np.float32)})
    told = parse_metrics(page_of(metrics), "page")
    assert told.of("passengers", "1")["hat"].tolist() == count(scores[0, :2]).tolist()
    assert list(told.histograms) == [("passengers", "1")]


def test_logs_of_predict_tell_the_scores_of_one_version(tmp_path):
    person = Passenger((0, 0, 9, 9), 0.9, {"hat": 0.3}, {}, {})
    results = [
        ImageResult("a.jpg", {"hat": 0.2, "bag": 0.9}, model_version=4),
        ImageResult("b.jpg", {"hat": 0.8}, model_version=3),
        ImageResult("c.jpg", error="cannot be read"),
        SnapshotResult("d.jpg", (person, person), model_version=4),
    ]
    lines = [json.dumps(dataclasses.asdict(result)) for result in results]
    by_line, whole = tmp_path / "log.jsonl", tmp_path / "log.json"
    by_line.write_text("\n".join(lines) + "\n")
    whole.write_text(f'{{"images": [{", ".join(lines)}]}}')
    for path in (by_line, whole):
        found = read_log(str(path), "4")
        assert found["hat"].tolist() == count([0.2, 0.3, 0.3]).tolist()
        assert found["bag"].tolist() == count([0.9]).tolist()


OURS = 'graftnet_requests_total{model="graftnet"} 3\n'
BUCKETS = "".join(
    f'graftnet_score_bucket{{model="graftnet",version="{version}",attribute="hat",le="{edge}"}} 1\n'
    for version in (1, 2)
    for edge in [*(step / 20 for step in range(1, 21)), "+Inf"]
)
ANSWERS = [
    {"image": "a.jpg", "scores": {"hat": 0.2}, "model_version": 1},
    {"image": "b.jpg", "scores": {"hat": 0.2}, "model_version": 2},
]
ERRORS: dict[str, object] = {
    "image": "c.jpg",
    "scores": {},
    "error": "cannot be read",
    "model_version": None,
}
NOBODY = {"image": "d.jpg", "passengers": [], "model_version": 7}
MISTAKES: dict[str, tuple[str, Any, str]] = {
    "metrics of another version": ("m.prom", BUCKETS, "has scores of graftnet 1, graftnet 2, and "),
    "metrics of no image yet": ("m.prom", OURS, "has counted no score yet"),
    "metrics of TF Serving": (
        "m.prom",
        ":tensorflow:serving:request_count 3\n",
        "counts no scores: .*tensorflow_model_server does not.*--json_lines",
    ),
    "an empty page": ("m.prom", "", "counts no scores"),
    "a log under another name": ("log.txt", json.dumps(ANSWERS[0]), r"ends in \.csv, \.json or"),
    "a web page": ("m.prom", "<html></html>", "is no page of Prometheus metrics"),
    "other bins": (
        "m.prom",
        'graftnet_score_bucket{model="graftnet",version="7",attribute="hat",le="+Inf"} 1\n',
        "has bins with other edges .* server of another version",
    ),
    "a log of other versions": (
        "log.jsonl",
        "\n".join(map(json.dumps, [*ANSWERS, ERRORS])),
        "no score of version 7, but of 1, 2: name one with --model_version",
    ),
    "a log of errors": ("log.jsonl", json.dumps(ERRORS), "version 7: no image .* was answered"),
    "a log of empty snapshots": ("log.json", json.dumps(NOBODY), "version 7: nobody was found"),
    "an empty log": ("log.jsonl", "", "holds no score of version 7: no image"),
    "an empty table": ("log.csv", "attribute,score\n", r"log\.csv holds no score\."),
    "no table": ("log.csv", "", "has the columns none, no attribute"),
    "a table without names": ("log.csv", "image,score\na,1\n", "image, score, no attribute"),
    "a score in words": ("log.csv", "attribute,score\nhat,high\n", "line 2 has the score 'high'"),
    "percent": ("log.csv", "attribute,score\nhat,37.5\n", "score 37.5, which is not within 0…1"),
    "logits": ("log.csv", "attribute,score\nhat,-1.5\n", "score -1.5, which is not within 0…1"),
    "a list": ("log.jsonl", "[]", "line 1 is no JSON object"),
    "no JSON": ("log.jsonl", f"{json.dumps(ANSWERS[0])}\n{{", "line 2 is no JSON"),
    "other JSON": ("log.jsonl", "{}", "it has no field 'model_version'"),
    "other images": ("log.json", '{"images": 3}', "no log of scores"),
    "bytes": ("log.csv", b"\xff\xfe", "cannot be read"),
    "bytes of metrics": ("m.prom", b"\xff\xfe", "Cannot read the metrics"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_source_without_scores_of_the_version_is_refused_for_its_reason(tmp_path, mistake):
    name, content, message = MISTAKES[mistake]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(GraftNetError, match=message) as refusal:
        read_scores(str(path), "graftnet", "7")
    assert str(refusal.value).count(str(path)) == 1, "the source is named, once"
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{folder}/none.csv", r"none\.csv does not exist\."),
        ("{folder}/none.prom", r"Cannot read the metrics .*none\.prom"),
        ("{folder}", "Cannot read the metrics"),
        ("http://127.0.0.1:1/metrics", r"Cannot read the metrics .*: Download failed"),
        ("127.0.0.1:9500/metrics", r"A URL starts with http://\."),
        ("localhost:9500", r"A URL starts with http://\."),
    ],
)
def test_what_is_not_there_is_said_not_to_be(tmp_path, source, message):
    with pytest.raises(GraftNetError, match=message):
        read_scores(source.format(folder=tmp_path), "graftnet", "7")


@pytest.mark.parametrize("pair", [("a.csv", "b.prom"), ("a.prom", "b.jsonl")])
def test_a_log_is_neither_earlier_nor_later_metrics(pair):
    with pytest.raises(GraftNetError, match="by metrics, not by a log"):
        read_scores(pair[0], "graftnet", "7", after=pair[1])


def test_earlier_metrics_of_no_server_of_ours_are_refused(tmp_path):
    for name, content in (("later.prom", BUCKETS), ("earlier.prom", "up 1\n")):
        (tmp_path / name).write_text(content)
    with pytest.raises(GraftNetError, match=r"earlier\.prom counts no scores"):
        read_scores(
            str(tmp_path / "later.prom"), "graftnet", "1", after=str(tmp_path / "earlier.prom")
        )
