"""A report directory: `report.html`, tables as CSV, and `roc/ATTRIBUTE.png`."""

import math
import os
import urllib.parse
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from graftnet_tf.evaluation.evaluate import Evaluation
from graftnet_tf.evaluation.par_evaluation import ParEvaluation
from graftnet_tf.evaluation.report import figures, page
from graftnet_tf.io import atomic_files, report_directory
from graftnet_tf.io.csv_files import write_csv
from graftnet_tf.io.csv_tables import to_csv

PAGE, TABLE, SCORES, CURVES = "report.html", "metrics.csv", "scores.csv", "roc"
SLICES = "slices.csv"  # where slices were asked for
ARCHIVE = "archive.csv"  # where images have a probability of having been chosen


def check_replaceable(directory: str) -> None:
    """Checks that a report may be written to `directory`.

    Raises:
      GraftNetError: it exists and holds anything that is not of a report.
    """
    report_directory.check_replaceable(directory, (PAGE, TABLE, SCORES, SLICES, ARCHIVE, CURVES))


def write_report(evaluation: Evaluation, directory: str, par: ParEvaluation | None = None) -> str:
    """Writes a report, replacing an older one in the same place as a whole.

    Args:
      evaluation: What to report.
      directory: Directory of the report.
      par: Figures over all attributes jointly, to report as well.

    Returns:
      Path of the page to open; it needs no other file and no network.

    Raises:
      GraftNetError: `directory` holds something else.
    """
    directory = directory.rstrip("/")
    check_replaceable(directory)
    curves = {a.name: figures.roc_png(a) for a in evaluation.attributes}
    with atomic_files.replacing_directory(directory) as aside:
        tf.io.gfile.makedirs(os.path.join(aside, CURVES))
        for name, png in curves.items():
            file_name = urllib.parse.quote(name, safe=" '") + ".png"
            with tf.io.gfile.GFile(os.path.join(aside, CURVES, file_name), "wb") as file:
                file.write(png)
        _write_table(os.path.join(aside, TABLE), _figures(evaluation))
        _write_scores(evaluation, os.path.join(aside, SCORES))
        if evaluation.by:
            _write_table(os.path.join(aside, SLICES), _slices(evaluation))
        if archive := _archive(evaluation):
            _write_table(os.path.join(aside, ARCHIVE), archive)
        atomic_files.write_text(os.path.join(aside, PAGE), page.render(evaluation, curves, par))
    return os.path.join(directory, PAGE)


def _write_table(path: str, rows: Sequence[dict[str, Any]]) -> None:
    """Rows of the same columns, at least one, in full figures; undefined ones are empty."""
    atomic_files.write_text(path, to_csv(list(rows[0]), [list(row.values()) for row in rows]))


def _figures(evaluation: Evaluation) -> list[dict[str, Any]]:
    """A row per attribute."""
    return [{"attribute": a.name, **a.figures()} for a in evaluation.attributes]


def _slices(evaluation: Evaluation) -> list[dict[str, Any]]:
    """A row per attribute and value of the column, the worst of each attribute first."""
    return [
        {"attribute": a.name, **one.figures()} for a in evaluation.attributes for one in a.slices
    ]


def _archive(evaluation: Evaluation) -> list[dict[str, Any]]:
    """A row per attribute whose archive something can be told of."""
    return [
        {"attribute": a.name, **a.archive.figures()} for a in evaluation.attributes if a.archive
    ]


def _write_scores(evaluation: Evaluation, path: str) -> None:
    """A row per attribute and image; no score where the image could not be scored."""
    rows = (
        (a.name, image, int(label), "" if math.isnan(score) else score)
        for a in evaluation.attributes
        for image, label, score in zip(a.paths, a.labels.tolist(), a.scores.tolist(), strict=True)
    )
    write_csv(path, ("attribute", "image", "positive", "score"), rows)
