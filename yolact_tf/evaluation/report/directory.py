"""A report directory: `report.html`, `metrics.json`, a figure and overlays as PNG."""

import json
import os
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from graftnet_tf.io import atomic_files, html_pages, report_directory
from yolact_tf.errors import YolactError
from yolact_tf.evaluation.comparison import MIN_SCORE
from yolact_tf.evaluation.evaluator import Evaluation
from yolact_tf.evaluation.report.curves import precision_recall_png
from yolact_tf.evaluation.report.gallery import choose
from yolact_tf.evaluation.report.overlays import overlay_png

PAGE, METRICS, CURVES, OVERLAYS = "report.html", "metrics.json", "precision_recall.png", "overlays"


class Subject(NamedTuple):
    """What was evaluated, for the reader of a report.

    Attributes:
      model: Its name.
      annotations: Path of the annotation file.
      left_out: Categories of the file that the model does not know.
      command: Command that can be run again.
    """

    model: str
    annotations: str
    left_out: Sequence[str]
    command: str


def check_replaceable(directory: str) -> None:
    """Checks that a report may be written to `directory`.

    Raises:
      YolactError: it exists and holds anything that is not of a report.
    """
    report_directory.check_replaceable(
        directory, (PAGE, METRICS, CURVES, OVERLAYS), error=YolactError
    )


def write_report(evaluation: Evaluation, directory: str, subject: Subject, seed: int = 0) -> str:
    """Writes a report, replacing an older one in the same place as a whole.

    Args:
      evaluation: What to show.
      directory: Directory of the report; may be absent.
      subject: What was evaluated.
      seed: Seed of the choice of random images.

    Returns:
      Path of the page to open.

    Raises:
      YolactError: `directory` holds something else, or an image can no longer be read.
    """
    directory = directory.rstrip("/")
    check_replaceable(directory)
    gallery = {
        title: {f"{OVERLAYS}/{title}_{place}.png": shown for place, shown in enumerate(chosen)}
        for title, chosen in choose(evaluation.images, seed).items()
    }
    with atomic_files.replacing_directory(directory) as aside:
        tf.io.gfile.makedirs(os.path.join(aside, OVERLAYS))
        for chosen in gallery.values():
            for name, exhibit in chosen.items():
                _write(os.path.join(aside, name), overlay_png(exhibit))
        _write(os.path.join(aside, CURVES), precision_recall_png(evaluation.scores.curves))
        metrics = json.dumps(evaluation.to_dict(), indent=2, ensure_ascii=False) + "\n"
        _write(os.path.join(aside, METRICS), metrics.encode())
        page = html_pages.render(
            "yolact_tf.evaluation.report",
            "page.html",
            evaluation=evaluation,
            subject=subject,
            gallery=gallery,
            seed=seed,
            curves=CURVES,
            min_score=MIN_SCORE,
        )
        _write(os.path.join(aside, PAGE), page.encode())
    return os.path.join(directory, PAGE)


def _write(path: str, content: bytes) -> None:
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(content)
