"""Score histograms from what a server tells Prometheus."""

import dataclasses
import re

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from graftnet_tf.data.image_loading import UnreadableImageError
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.fetch import fetch
from serving.schema.score_histograms import SCORE_EDGES, Histograms

_OWN, _BUCKET, _CREATED = "graftnet_", "graftnet_score_bucket", "graftnet_score_created"
_NO_SCHEME = re.compile(r"[\w.-]+:\d+(/.*)?")

Version = tuple[str, str]
"""Name of a model, and a version of it."""


@dataclasses.dataclass(frozen=True)
class ScoreMetrics:
    """What a metrics page tells of scores.

    Attributes:
      source: Place that the page is from.
      histograms: Histograms of each version that scores were counted of.
      created: Time when counting began, in seconds since 1970, by version and attribute; none
        where the server does not tell.
      is_ours: Whether the page is of `graftnet-serve`, with scores or without.
    """

    source: str
    histograms: dict[Version, Histograms]
    created: dict[tuple[str, str, str], float]
    is_ours: bool

    def of(self, model: str, version: str) -> Histograms:
        """The histograms of one version.

        Raises:
          GraftNetError: no score of it was counted; what was is said.
        """
        if found := self.histograms.get((model, version)):
            return found
        if not self.is_ours:
            raise GraftNetError(
                f"{self.source} counts no scores: graftnet-serve does so with --metrics_port, and "
                "tensorflow_model_server does not. Log scores with `graftnet-predict "
                "--json_lines` instead, and name the log."
            )
        if not self.histograms:
            raise GraftNetError(
                f"{self.source} has counted no score yet: no image was scored since the server "
                "started."
            )
        there = ", ".join(f"{name} {number}" for name, number in sorted(self.histograms))
        raise GraftNetError(
            f"{self.source} has scores of {there}, and none of {model} {version}. Name one of "
            "them with --model_name and --model_version."
        )


def read_metrics(source: str) -> ScoreMetrics:
    """Reads a metrics page.

    Args:
      source: `http(s)://…`, or a file that the page was saved to.

    Raises:
      GraftNetError: it cannot be read, is no metrics page, or is of a server with other bins.
    """
    try:
        page = fetch(source).decode()
    except (UnreadableImageError, UnicodeDecodeError) as error:
        hint = " A URL starts with http://." if _NO_SCHEME.fullmatch(source) else ""
        raise GraftNetError(f"Cannot read the metrics {source}: {error}.{hint}") from None
    return parse_metrics(page, source)


def parse_metrics(page: str, source: str) -> ScoreMetrics:
    """Reads the text of a metrics page.

    Raises:
      GraftNetError: it is none, or of a server with other bins.
    """
    try:
        samples = [it for family in text_string_to_metric_families(page) for it in family.samples]
    except ValueError as error:
        raise GraftNetError(
            f"{source} is no page of Prometheus metrics ({error}). The name of a log of scores "
            "ends in .csv, .json or .jsonl."
        ) from None
    cumulative: dict[Version, dict[str, dict[float, float]]] = {}
    created = {}
    for sample in samples:
        if sample.name not in (_BUCKET, _CREATED):
            continue
        version = (sample.labels["model"], sample.labels["version"])
        attribute = sample.labels["attribute"]
        if sample.name == _CREATED:
            created[*version, attribute] = sample.value
            continue
        counts = cumulative.setdefault(version, {}).setdefault(attribute, {})
        counts[float(sample.labels["le"])] = sample.value
    return ScoreMetrics(
        source,
        {
            version: {name: _by_bin(counts, source) for name, counts in attributes.items()}
            for version, attributes in cumulative.items()
        },
        created,
        any(sample.name.startswith(_OWN) for sample in samples),
    )


def since(later: ScoreMetrics, earlier: ScoreMetrics, model: str, version: str) -> Histograms:
    """What was counted of one version between two pages of one server.

    Raises:
      GraftNetError: nothing was; the earlier page is of no such server; or the server was
        started anew in between, so that the later page does not go on from the earlier.
    """
    after = later.of(model, version)
    if not earlier.is_ours:
        earlier.of(model, version)
    before = earlier.histograms.get((model, version), {})
    difference = {name: counts - before.get(name, 0) for name, counts in after.items()}
    began_anew = any(
        earlier.created.get((model, version, name), began) != began
        for (*of, name), began in later.created.items()
        if of == [model, version]
    )
    fell = any(np.any(counts < 0) for counts in difference.values())
    if began_anew or fell or set(before) - set(after):
        raise GraftNetError(
            f"{later.source} does not go on from {earlier.source}: the server was started anew, or "
            "loaded the version anew, in between, or the two are of different servers or "
            "exchanged. Compare the later alone, without --since."
        )
    if not any(counts.any() for counts in difference.values()):
        raise GraftNetError(
            f"No score of {model} {version} was counted between {earlier.source} and "
            f"{later.source}."
        )
    return difference


def _by_bin(cumulative: dict[float, float], source: str) -> np.ndarray:
    """int64 [BINS] from what is at or below each edge; what is above the last joins its bin."""
    edges = sorted(cumulative)
    if tuple(edges) != (*SCORE_EDGES, float("inf")):
        raise GraftNetError(
            f"{source} has bins with other edges than this version counts in: {edges}. It is of a "
            "server of another version."
        )
    upto = [cumulative[edge] for edge in (*SCORE_EDGES[:-1], float("inf"))]
    return np.diff(upto, prepend=0).astype(np.int64)
