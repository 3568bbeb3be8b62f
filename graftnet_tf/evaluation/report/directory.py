"""A report directory: `report.html`, tables as CSV, and `roc/ATTRIBUTE.png`."""

import math
import os
import urllib.parse

import tensorflow as tf

from graftnet_tf.evaluation.evaluate import Evaluation
from graftnet_tf.evaluation.par_evaluation import ParEvaluation
from graftnet_tf.evaluation.report import figures, page
from graftnet_tf.io import atomic_files, report_directory
from graftnet_tf.io.csv_files import write_csv
from graftnet_tf.io.csv_tables import to_csv

PAGE, TABLE, SCORES, CURVES = "report.html", "metrics.csv", "scores.csv", "roc"
SLICES = "slices.csv"  # where slices were asked for


def check_replaceable(directory: str) -> None:
    """Checks that a report may be written to `directory`.

    Raises:
      GraftNetError: it exists and holds anything that is not of a report.
    """
    report_directory.check_replaceable(directory, (PAGE, TABLE, SCORES, SLICES, CURVES))


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
        atomic_files.write_text(os.path.join(aside, TABLE), _table(evaluation))
        _write_scores(evaluation, os.path.join(aside, SCORES))
        if evaluation.by:
            atomic_files.write_text(os.path.join(aside, SLICES), _slices(evaluation))
        atomic_files.write_text(os.path.join(aside, PAGE), page.render(evaluation, curves, par))
    return os.path.join(directory, PAGE)


def _table(evaluation: Evaluation) -> str:
    """A row per attribute in full figures; undefined ones are empty."""
    rows = [{"attribute": a.name, **a.figures()} for a in evaluation.attributes]
    return to_csv(list(rows[0]), [list(row.values()) for row in rows])


def _slices(evaluation: Evaluation) -> str:
    """A row per attribute and value of the column, the worst of each attribute first."""
    rows = [
        {"attribute": a.name, **one.figures()} for a in evaluation.attributes for one in a.slices
    ]
    return to_csv(list(rows[0]), [list(row.values()) for row in rows])


def _write_scores(evaluation: Evaluation, path: str) -> None:
    """A row per attribute and image; no score where the image could not be scored."""
    rows = (
        (a.name, image, int(label), "" if math.isnan(score) else score)
        for a in evaluation.attributes
        for image, label, score in zip(a.paths, a.labels.tolist(), a.scores.tolist(), strict=True)
    )
    write_csv(path, ("attribute", "image", "positive", "score"), rows)
