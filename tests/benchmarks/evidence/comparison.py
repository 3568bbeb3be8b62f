"""Contenders beside each other on the test photos, with intervals that know of groups."""

import dataclasses
import datetime
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.evaluation import metrics
from graftnet_tf.io import atomic_files
from graftnet_tf.io.npz_archives import read_npz
from tests.benchmarks.evidence.bootstrap import (
    counts_of_groups,
    holm,
    interval,
    p_value,
    resampled_auc,
)
from tests.benchmarks.evidence.division import test_photos, validation_photos
from tests.benchmarks.evidence.photos import Photos

_SEED = 0
_BINS = 15
_OPENINGS = "test_openings.jsonl"


@dataclasses.dataclass(frozen=True)
class _Judged:
    """A contender over its seeds: arrays are means over the seeds."""

    areas: np.ndarray  # float64 [L]
    samples: np.ndarray  # float64 [S, L]
    balanced: np.ndarray  # float64 [L], at thresholds chosen on validation photos
    calibration: np.ndarray  # float64 [L]


def report(
    photos: Photos, results: str, contenders: Sequence[str], seeds: Sequence[str]
) -> dict[str, Any]:
    """Opens the test labels, says so in RESULTS/test_openings.jsonl, and compares.

    Args:
      photos: All photos, with labels.
      results: Folder with the contenders' scores.
      contenders: Names; the first is what the others are compared with.
      seeds: Whose results are averaged; one that is missing is left out, and told.

    Returns:
      For each contender: means over attributes of AUC, balanced accuracy (mA) and calibration
      error, figures of each attribute, costs, and the first contender's advantage over it: the
      mean difference of AUC with its 95 % interval, and p values by attribute, after Holm.
      Attributes with fewer than 30 positives or negatives are not in the means.
    """
    test, validation = test_photos(photos), validation_photos(photos)
    _write_down(results, test, contenders)
    counts = counts_of_groups(test.groups, _SEED)
    usual = np.array([_enough(test.labels[:, column]) for column in range(len(test.names))])
    found: dict[str, Any] = {}
    judged: dict[str, _Judged] = {}
    for name in contenders:
        there = [seed for seed in seeds if os.path.exists(_path(results, name, seed, "json"))]
        if not there:
            continue
        runs = [read_npz(_path(results, name, seed, "npz")) for seed in there]
        judged[name] = _mean([_judge(run, test, validation, counts) for run in runs])
        told = [atomic_files.read_json(_path(results, name, seed, "json")) for seed in there]
        found[name] = _figures(judged[name], judged[contenders[0]], test, usual) | {
            "seeds": there,
            **{key: told[0][key] for key in ("recipe", "length", "trials")},
            **{
                key: round(float(np.mean([one[key] for one in told])), 1)
                for key in (
                    "cpu_seconds",
                    "cpu_seconds_per_label",
                    "bytes_per_label",
                    "multiply_adds_per_label",
                )
            },
            "cpu_seconds_in_all": sum(one["cpu_seconds_in_all"] for one in told),
        }
    return {
        "test_photos": len(test),
        "test_groups": len(np.unique(test.groups)),
        "positives": dict(zip(test.names, (test.labels == 1).sum(axis=0).tolist(), strict=True)),
        "not_in_means": [test.names[column] for column in np.flatnonzero(~usual)],
        "contenders": found,
    }


def _judge(
    run: dict[str, np.ndarray], test: Photos, validation: Photos, counts: np.ndarray
) -> _Judged:
    areas, samples, balanced, calibration = [], [], [], []
    for column in range(len(test.names)):
        known, chosen_by = test.labels[:, column] >= 0, validation.labels[:, column] >= 0
        labels, scores = test.labels[known, column] == 1, run["test"][known, column]
        area, some = resampled_auc(labels, scores, counts[:, known])
        threshold = metrics.best_threshold(
            validation.labels[chosen_by, column] == 1, run["validation"][chosen_by, column]
        )
        rates = metrics.at_threshold(labels, scores, 0.5 if threshold is None else threshold)
        areas.append(area)
        samples.append(some)
        balanced.append(rates.balanced_accuracy or np.nan)
        calibration.append(calibration_error(labels, scores))
    return _Judged(
        np.array(areas), np.stack(samples, axis=1), np.array(balanced), np.array(calibration)
    )


def calibration_error(labels: np.ndarray, scores: np.ndarray, bins: int = _BINS) -> float:
    """Expected calibration error, equally wide bins (Guo et al. 2017, equation 3)."""
    places = np.minimum((scores * bins).astype(int), bins - 1)
    sizes = np.bincount(places, minlength=bins)
    gaps = np.bincount(places, weights=labels, minlength=bins) - np.bincount(
        places, weights=scores, minlength=bins
    )
    return float(np.abs(gaps).sum() / sizes.sum())


def _mean(some: Sequence[_Judged]) -> _Judged:
    return _Judged(
        *(
            np.mean([getattr(one, field.name) for one in some], axis=0)
            for field in dataclasses.fields(_Judged)
        )
    )


def _figures(one: _Judged, first: _Judged, test: Photos, usual: np.ndarray) -> dict[str, Any]:
    ahead = (first.areas - one.areas)[usual].mean()
    samples = first.samples - one.samples
    figures: dict[str, Any] = {
        "mean_auc": round(float(one.areas[usual].mean()), 4),
        "mean_balanced_accuracy": round(float(one.balanced[usual].mean()), 4),
        "mean_calibration_error": round(float(one.calibration[usual].mean()), 4),
        "auc": dict(zip(test.names, one.areas.round(4).tolist(), strict=True)),
    }
    if one is first:
        return figures
    values = np.array([p_value(samples[:, column]) for column in range(len(test.names))])
    low, high = interval(np.nanmean(samples[:, usual], axis=1))
    return figures | {
        "behind": round(float(ahead), 4),
        "behind_interval": [round(low, 4), round(high, 4)],
        "p_after_holm": dict(zip(test.names, holm(values).round(4).tolist(), strict=True)),
    }


def _enough(labels: np.ndarray) -> bool:
    return min(np.sum(labels == 1), np.sum(labels == 0)) >= metrics.FEW_EXAMPLES


def _path(results: str, name: str, seed: str, kind: str) -> str:
    return os.path.join(results, f"{name}-{seed}.{kind}")


def _write_down(results: str, test: Photos, contenders: Sequence[str]) -> None:
    """Adds a line to the record of when the test labels were opened, and for whom."""
    opened = {
        "opened": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "photos": len(test),
        "contenders": list(contenders),
    }
    with open(os.path.join(results, _OPENINGS), "a", encoding="utf-8") as file:
        file.write(atomic_files.to_json(opened).replace("\n", "") + "\n")
