"""Score histograms from what a server tells Prometheus."""

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.fetch import fetch
from graftnet_tf.pictures import UnreadablePictureError
from serving.drift.histograms import Histograms
from serving.embedded.metrics import SCORE_EDGES

_BUCKET = "graftnet_score_bucket"


def read_page(source: str) -> str:
    """The text of a metrics page, from `http(s)://…` or a file that it was saved to.

    Raises:
      GraftNetError: it cannot be read.
    """
    try:
        return fetch(source).decode()
    except (UnreadablePictureError, UnicodeDecodeError) as error:
        raise GraftNetError(f"Cannot read the metrics {source}: {error}") from None


def histograms_of(page: str, model: str, version: str) -> Histograms:
    """The score histogram of each attribute of one version of a model.

    Args:
      page: text of a metrics page.
      model, version: as labelled there.

    Raises:
      GraftNetError: the text is no metrics page, or of a server with other bins.
    """
    try:
        samples = [it for family in text_string_to_metric_families(page) for it in family.samples]
    except ValueError as error:
        raise GraftNetError(f"This is no page of Prometheus metrics: {error}") from None
    cumulative: dict[str, dict[float, float]] = {}
    for sample in samples:
        labels = sample.labels
        if sample.name == _BUCKET and (labels["model"], labels["version"]) == (model, version):
            cumulative.setdefault(labels["attribute"], {})[float(labels["le"])] = sample.value
    return {attribute: _by_bin(counts) for attribute, counts in cumulative.items()}


def since(later: Histograms, earlier: Histograms) -> Histograms:
    """What was counted between two pages of one server.

    Raises:
      GraftNetError: a count fell, so that the server was started anew in between.
    """
    difference = {name: counts - earlier.get(name, 0) for name, counts in later.items()}
    if set(earlier) - set(later) or any(np.any(counts < 0) for counts in difference.values()):
        raise GraftNetError(
            "The later metrics count less than the earlier: the server was started anew in "
            "between, or the two are exchanged. Compare the later alone."
        )
    return difference


def _by_bin(cumulative: dict[float, float]) -> np.ndarray:
    """int64 [BINS] from what is at or below each edge; what is above the last joins its bin."""
    edges = sorted(cumulative)
    if tuple(edges) != (*SCORE_EDGES, float("inf")):
        raise GraftNetError(f"The metrics have bins with other edges than this version's: {edges}.")
    upto = [cumulative[edge] for edge in (*SCORE_EDGES[:-1], float("inf"))]
    return np.diff(upto, prepend=0).astype(np.int64)
