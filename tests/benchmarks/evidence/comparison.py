"""Contenders beside each other on the test photos, with intervals that know of groups."""

import datetime
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics
from graftnet_tf.io import atomic_files
from tests.benchmarks.evidence import growing
from tests.benchmarks.evidence.bootstrap import (
    counts_of_groups,
    holm,
    interval,
    p_value,
)
from tests.benchmarks.evidence.division import judged_photos, validation_photos
from tests.benchmarks.evidence.judgement import RATES, Judgement, judge, mean_over_seeds
from tests.benchmarks.evidence.photos import Photos
from tests.benchmarks.evidence.results import Results
from tests.benchmarks.evidence.search import attribute_aucs

_SEED = 0
_COSTS = ("cpu_seconds", "cpu_seconds_per_label", "bytes_per_label", "multiply_adds_per_label")
_OPENINGS = "test_openings.jsonl"


def report(photos: Photos, results: Results, contenders: Sequence[str]) -> dict[str, Any]:
    """Opens the test labels, says so in RESULTS/test_openings.jsonl, and compares.

    Args:
      photos: All photos, with labels.
      results: Scores of the contenders. Seeds that one was not trained with are left out.
      contenders: Names; the first is what the others are compared with.

    Returns:
      For each contender: means over attributes of AUC, balanced accuracy (mA) and calibration
      error, AUC and `RATES` of each attribute, costs, and the first contender's advantage over
      it: the mean difference of AUC with its 95 % interval, and p values by attribute, after Holm.
      Attributes with fewer than 30 positives or negatives are not in the means. Of a label that was
      added to a joint network: its AUC, and the mean AUC of the others before and after.

    Raises:
      GraftNetError: the first contender has no result.
    """
    if not results.seeds_of(contenders[0]):
        raise GraftNetError(
            f"{results.directory} has no result of {contenders[0]}, which the others are compared "
            "with: run it first. No test label was opened."
        )
    test, validation = judged_photos(photos), validation_photos(photos)
    _write_down(results.directory, test, contenders)
    counts = counts_of_groups(test.groups, _SEED)
    usual = np.array([_enough(test.labels[:, column]) for column in range(len(test.names))])
    found: dict[str, Any] = {}
    judged: dict[str, Judgement] = {}
    for name in contenders:
        there = results.seeds_of(name)
        if not there:
            continue
        runs = [results.scores(name, seed) for seed in there]
        judged[name] = mean_over_seeds([judge(run, test, validation, counts) for run in runs])
        told = [results.told(name, seed) for seed in there]
        found[name] = {
            **_figures(judged[name], judged[contenders[0]], test, usual),
            **{key: told[0][key] for key in ("recipe", "length", "trials")},
            **{key: round(float(np.mean([one[key] for one in told])), 1) for key in _COSTS},
            "cpu_seconds_in_all": round(sum(one["cpu_seconds_in_all"] for one in told)),
            "seeds": there,
        }
    return {
        "test_photos": len(test),
        "test_groups": len(np.unique(test.groups)),
        "positives": dict(zip(test.names, (test.labels == 1).sum(axis=0).tolist(), strict=True)),
        "not_in_means": [test.names[column] for column in np.flatnonzero(~usual)],
        "contenders": found,
        "grown": _grown(results, test),
    }


def _grown(results: Results, test: Photos) -> dict[str, Any]:
    """What became of the other labels, mean over the seeds, by the way that one was added."""
    found: dict[str, dict[str, list[float]]] = {}
    for seed in results.seeds:
        column = seed % len(test.names)
        others = [c for c in range(len(test.names)) if c != column]
        for way in growing.WAYS:
            if not results.has(growing.result(way), seed):
                continue
            start = growing.BEFORE_BRANCH if way == growing.BRANCH else growing.BEFORE
            before, after = (
                np.array(attribute_aucs(test, scores["test"]), np.float64)
                for scores in (results.scores(growing.result(name), seed) for name in (start, way))
            )
            told = found.setdefault(way, {})
            figures = {
                "new": after[column],
                "others_before": before[others].mean(),
                "others_after": after[others].mean(),
                "cpu_seconds": results.told(growing.result(way), seed)["cpu_seconds_per_label"],
            }
            for key, value in figures.items():
                told.setdefault(key, []).append(float(value))
    return {
        way: {key: round(float(np.mean(values)), 4) for key, values in told.items()}
        for way, told in found.items()
    }


def _figures(one: Judgement, first: Judgement, test: Photos, usual: np.ndarray) -> dict[str, Any]:
    usual = usual & ~np.isnan(one.areas)
    ahead = (first.areas - one.areas)[usual].mean()
    samples = first.samples - one.samples
    figures: dict[str, Any] = {
        "mean_auc": round(float(one.areas[usual].mean()), 4),
        "mean_balanced_accuracy": round(float(one.balanced[usual].mean()), 4),
        "mean_calibration_error": round(float(one.calibration[usual].mean()), 4),
        "mean_calibration_error_tempered": round(float(one.tempered[usual].mean()), 4),
        "auc": {
            name: round(float(area), 4)
            for name, area in zip(test.names, one.areas, strict=True)
            if not np.isnan(area)
        },
        "rates": {
            name: dict(zip(RATES, rates.round(4).tolist(), strict=True))
            for name, rates in zip(test.names, one.rates, strict=True)
            if not np.isnan(rates).all()
        },
    }
    if one is first:
        return figures
    values = np.array([p_value(samples[c]) for c in np.flatnonzero(~np.isnan(one.areas))])
    known = [name for name, area in zip(test.names, one.areas, strict=True) if area == area]
    low, high = interval(np.nanmean(samples[usual], axis=0))
    return figures | {
        "behind": round(float(ahead), 4),
        "behind_interval": [round(low, 4), round(high, 4)],
        "p_after_holm": dict(zip(known, holm(values).round(4).tolist(), strict=True)),
    }


def _enough(labels: np.ndarray) -> bool:
    return min(np.sum(labels == 1), np.sum(labels == 0)) >= metrics.FEW_EXAMPLES


def _write_down(results: str, test: Photos, contenders: Sequence[str]) -> None:
    """Adds a line to the record of when the test labels were opened, and for whom."""
    opened = {
        "opened": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "photos": len(test),
        "contenders": list(contenders),
    }
    with open(os.path.join(results, _OPENINGS), "a", encoding="utf-8") as file:
        file.write(atomic_files.to_json(opened).replace("\n", "") + "\n")
