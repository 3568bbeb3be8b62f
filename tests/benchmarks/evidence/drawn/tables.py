"""The kept figures as the tables of docs/evidence_drawn.md."""

import glob
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from graftnet_tf.io import atomic_files
from tests.benchmarks.evidence.drawn import mining, trained, trunks
from tests.benchmarks.evidence.drawn.label_plan import LABELS, new_label
from tests.benchmarks.evidence.drawn.labels import CROPS

_COLUMNS = ("recall", "fpr", "precision", "accuracy")  # of the paper's Table 2
_NAME = re.compile(r"(.+)-(\d+)\.json")

Kept = dict[tuple[str, int], dict[str, Any]]  # by name and seed


def report(results: str) -> str:
    """Every table whose figures are all there, in Markdown, seed by seed."""
    kept = _read(results)
    seeds = sorted({seed for _, seed in kept})
    return "\n\n".join(table for seed in seeds for table in _tables(kept, seed))


def markdown(rows: Sequence[Sequence[object]]) -> str:
    """A table: the first row is its head; numbers with three places, without a leading 0."""
    cells = [[_cell(value) for value in row] for row in rows]
    cells.insert(1, ["---"] * len(cells[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _cell(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    text = f"{value:.3f}"
    return text[1:] if text.startswith("0.") else text


def _read(results: str) -> Kept:
    kept = {}
    for path in glob.glob(os.path.join(results, "*.json")):
        if found := _NAME.fullmatch(os.path.basename(path)):
            kept[found[1], int(found[2])] = atomic_files.read_json(path)
    return kept


def _tables(kept: Kept, seed: int) -> Iterator[str]:
    for names, make in (
        ([f"trunks_{name}" for name in (trunks.DYNAMIC, trained.PUBLIC)], _trunks),
        ([f"mining_{arm}" for arm in mining.ARMS], _mining),
        ([f"labels_{count}" for count in (0, *LABELS)], _labels),
    ):
        if all((name, seed) in kept for name in names):
            rows = make([kept[name, seed] for name in names], seed)
            yield f"{make.__name__.strip('_')}, seed {seed}\n\n{markdown(rows)}"


def _trunks(kept: Sequence[dict[str, Any]], seed: int) -> list[list[object]]:
    dynamic, public = (found["test"] for found in kept)
    columns = ("auc", *_COLUMNS)
    rows = [
        [name, *(arm[name][column] for column in columns for arm in (dynamic, public))]
        for name in dynamic
    ]
    means = [float(np.mean([row[place] for row in rows])) for place in range(1, len(rows[0]))]
    head = [f"{column}, {arm}" for column in columns for arm in (trunks.DYNAMIC, trained.PUBLIC)]
    return [["attribute", *head], *rows, ["mean", *means]]


def _mining(kept: Sequence[dict[str, Any]], seed: int) -> list[list[object]]:
    columns = [name for name in kept[0]["test"] if name not in ("positives", "negatives")]
    rows = [
        [arm, found["train"]["negatives"], *(found["test"][column] for column in columns)]
        for arm, found in zip(mining.ARMS, kept, strict=True)
    ]
    return [[new_label(seed), "negatives", *columns], *rows]


def _labels(kept: Sequence[dict[str, Any]], seed: int) -> list[list[object]]:
    label = new_label(seed)
    rows = [
        [
            f"{count} labels" if count else trained.PUBLIC,
            *(found["test_auc"][f"{label}_of_{crops}"] for crops in CROPS),
            f"{found['branch_cpu_seconds']:.0f}",
        ]
        for count, found in zip((0, *LABELS), kept, strict=True)
    ]
    head = [f"{label}, trunk of", *(f"{crops} crops" for crops in CROPS), "CPU s of a branch"]
    return [head, *rows]
