"""Scores of one version of a model, from whatever a person names as their source."""

from graftnet_tf.errors import GraftNetError
from serving.monitoring.score_log import SUFFIXES, read_log
from serving.monitoring.scrape import read_metrics, since
from serving.schema.score_histograms import Histograms


def is_log(source: str) -> bool:
    """Whether a source is a log of scores, by its name; else it is a page of metrics."""
    return source.endswith(SUFFIXES)


def read_scores(source: str, model: str, version: str, *, after: str | None = None) -> Histograms:
    """The score histograms of one version of a model, at least one of them not empty.

    Args:
      source: Source, see `read_log` and `read_metrics`.
      model: Its name on the server; a log has no names.
      version: Version of the model.
      after: Earlier metrics of the same server; only what came after them counts.

    Raises:
      GraftNetError: a source cannot be read, holds no score of the version, or the two do
        not go together.
    """
    if after is not None and (is_log(source) or is_log(after)):
        raise GraftNetError("What came after earlier metrics is told by metrics, not by a log.")
    if is_log(source):
        return read_log(source, version)
    metrics = read_metrics(source)
    if after is None:
        return metrics.of(model, version)
    return since(metrics, read_metrics(after), model, version)
