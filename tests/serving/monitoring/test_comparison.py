import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from serving.monitoring.comparison import Verdict, compare
from serving.monitoring.report import render
from serving.schema.score_histograms import BINS, count


def spread(low: int, high: int) -> np.ndarray:
    """So many scores in the first bin and in the last."""
    return count([0.01] * low + [0.99] * high)


def test_scores_are_counted_in_the_bins_of_the_metrics():
    counts = count([0.0, 0.05, np.nextafter(0.05, 1), 0.95, 1.0, 1.0000001, float("nan")])
    assert (counts[0], counts[1], counts[18], counts[19]) == (2, 1, 1, 2)
    assert (counts.sum(), len(counts)) == (6, BINS)


def test_attributes_are_sorted_and_judged_by_the_usual_bands():
    reference = dict.fromkeys(("same", "moved", "turned"), spread(5000, 5000))
    service = {
        "same": spread(5000, 5000),
        "moved": spread(6700, 3300),
        "turned": spread(9000, 1000),
    }
    drift = compare(reference, service, seed=0)
    verdicts = {a.name: a.verdict for a in drift.attributes}
    assert list(verdicts) == ["turned", "moved", "same"]
    assert list(verdicts.values()) == [Verdict.DRIFTED, Verdict.MODERATE, Verdict.STEADY]
    assert drift.drifted == ("turned",)
    # shares .5 and .5 beside .67 and .33, whatever the smoothing
    assert drift.attributes[1].psi == pytest.approx(0.17 * np.log(0.67 / 0.33), abs=1e-3)
    assert not any(a.is_of_few for a in drift.attributes)


def test_what_few_images_bring_about_by_chance_is_no_drift():
    drift = compare({"hat": spread(6, 4)}, {"hat": spread(4, 7)}, seed=0)
    (hat,) = drift.attributes
    assert hat.psi > 0.1
    assert (hat.verdict, hat.is_of_few) == (Verdict.BY_CHANCE, True)


def test_what_is_on_one_side_alone_is_said_to_be():
    empty = np.zeros(BINS, np.int64)
    drift = compare({"a": spread(1, 1), "b": spread(1, 1)}, {"a": spread(2, 2), "b": empty}, seed=0)
    assert (drift.without_service, drift.without_reference) == (("b",), ())
    with pytest.raises(GraftNetError, match="the reference has a, the service b"):
        compare({"a": spread(1, 1)}, {"b": spread(1, 1)}, seed=0)


def test_the_page_shows_every_attribute_and_names_those_that_drifted():
    drift = compare({"<hat>": spread(900, 100)}, {"<hat>": spread(100, 900)}, seed=0)
    page = render(drift, model="graftnet 1", reference="scores.csv", service="log.jsonl")
    assert "1 of 1 attributes drifted" in page
    assert "<strong>&lt;hat&gt;</strong>" in page
    assert page.count("data:image/png;base64,") == 1
