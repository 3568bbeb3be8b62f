"""The page of a report: one HTML document with every picture inside it."""

import base64
import functools
from collections.abc import Mapping

import jinja2

from graftnet_tf.evaluation import Evaluation
from graftnet_tf.report.figures import histogram_png
from graftnet_tf.report.mistakes import false_negatives, false_positives

_MISTAKES_SHOWN = 6


def render(evaluation: Evaluation, curves: Mapping[str, bytes]) -> str:
    """The HTML document.

    Args:
      evaluation: what to show.
      curves: PNG bytes of each attribute's ROC curve.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("graftnet_tf.report", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["png_uri"] = functools.partial(_data_uri, "image/png")
    environment.filters["jpeg_uri"] = functools.partial(_data_uri, "image/jpeg")
    measured = [a for a in evaluation.attributes if a.auc is not None]
    return environment.get_template("page.html").render(
        evaluation=evaluation,
        metadata=evaluation.metadata,
        ranked=sorted(measured, key=lambda a: a.auc, reverse=True),
        roc=curves,
        shown=_MISTAKES_SHOWN,
        histogram_png=histogram_png,
        false_positives=false_positives,
        false_negatives=false_negatives,
    )


def _data_uri(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
