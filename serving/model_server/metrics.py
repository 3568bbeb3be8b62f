"""Prometheus metrics of a server."""

from collections.abc import Iterator, Mapping

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from graftnet_tf.errors import GraftNetError
from serving.model_server.models.model_store import ModelStore
from serving.model_server.models.served_model import AVAILABLE
from serving.model_server.requests.admission import Admission
from serving.model_server.requests.bytes_in_flight import BytesInFlight
from serving.model_server.requests.call import Call
from serving.schema.ports import check_port
from serving.schema.score_histograms import SCORE_EDGES

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics(Collector):
    """Counts calls and scores by model and version, and reads the rest when it is asked.

    Series of a version are dropped when the version is no longer known to the store, so that
    a server that moves on every day does not grow.

    Attributes:
      registry: Registry of this server alone.
    """

    def __init__(self, store: ModelStore, admission: Admission, in_flight: BytesInFlight):
        """Measures the calls that it is told of; the others are read."""
        self._store = store
        self._admission = admission
        self._in_flight = in_flight
        self.registry = CollectorRegistry()
        self.registry.register(self)  # the first, so that it drops series before they are read
        version = ("model", "version")
        self._requests = Counter(
            "graftnet_requests",
            "Calls by gRPC status.",
            ("method", *version, "signature", "code"),
            registry=self.registry,
        )
        self._seconds = self._histogram(
            "graftnet_request_seconds", "From a call to its answer.", ("method", *version), _SECONDS
        )
        self._waited = self._histogram(
            "graftnet_queue_seconds", "Wait for a turn, of calls to Predict.", version, _SECONDS
        )
        self._rows = self._histogram(
            "graftnet_request_rows", "Images in a request.", (*version, "signature"), _ROWS
        )
        self._batch_rows = self._histogram(
            "graftnet_batch_rows",
            "Rows of the batch that a request was computed in, padding included.",
            (*version, "signature"),
            _ROWS,
        )
        self._scores = self._histogram(
            "graftnet_score", "Scores given.", (*version, "attribute"), SCORE_EDGES
        )

    def record(self, call: Call) -> None:
        """Counts a call that ended."""
        version = str(call.version)
        self._requests.labels(
            call.method, call.model, version, call.signature, call.code.name
        ).inc()
        if not call.model:
            return
        self._seconds.labels(call.method, call.model, version).observe(call.seconds)
        if call.method == "Predict":
            self._waited.labels(call.model, version).observe(call.waited)
        for histogram, rows in ((self._rows, call.rows), (self._batch_rows, call.batch_rows)):
            if rows is not None:
                histogram.labels(call.model, version, call.signature).observe(rows)

    def record_scores(self, model: str, version: int, outputs: Mapping[str, np.ndarray]) -> None:
        """Counts the scores in an answer: its float outputs with one number per row or person.

        Those of persons are float32 [N, P] beside `count`, int32 [N]; what is beyond it is
        padding. NaN, which stands for an image that could not be decoded, is left out.
        """
        counts = outputs.get("count")
        for attribute, values in outputs.items():
            if values.dtype != np.float32:
                continue
            if values.ndim == 2 and counts is not None:
                given = values[np.arange(values.shape[1]) < counts[:, np.newaxis]]
            elif values.ndim == 1:
                given = values
            else:
                continue
            histogram = self._scores.labels(model, str(version), attribute)
            for score in given[~np.isnan(given)].tolist():
                histogram.observe(score)

    def collect(self) -> Iterator[Metric]:
        """What can be read at any time: versions, failed looks for them, requests under way."""
        statuses = self._store.statuses()
        self._drop_all_but(
            {(model, str(number)) for model, versions in statuses.items() for number in versions}
        )
        loaded = GaugeMetricFamily(
            "graftnet_version_available",
            "1 for a version that answers, 0 for one that does not.",
            labels=("model", "version"),
        )
        for model, versions in statuses.items():
            for number, status in versions.items():
                loaded.add_metric((model, str(number)), float(status.state == AVAILABLE))
        yield loaded
        errors = self._store.poll_errors
        failed = CounterMetricFamily(
            "graftnet_poll_errors", "Failed looks for new versions.", labels=("model",)
        )
        for model, count in (dict.fromkeys(("", *statuses), 0) | errors.counts()).items():
            failed.add_metric((model,), count)
        yield failed
        last = GaugeMetricFamily(
            "graftnet_poll_last_error_timestamp_seconds",
            "When the last look failed, and why; none where it succeeded.",
            labels=("model", "error"),
        )
        for model, error in errors.last().items():
            last.add_metric((model, error.text), error.time)
        yield last
        yield GaugeMetricFamily(
            "graftnet_requests_running", "Requests being answered.", self._admission.running
        )
        yield GaugeMetricFamily(
            "graftnet_requests_waiting", "Requests that wait.", self._admission.waiting
        )
        yield GaugeMetricFamily(
            "graftnet_request_bytes",
            "Size of the requests that are being answered or wait.",
            self._in_flight.held,
        )

    def serve(self, port: int, host: str = "127.0.0.1") -> "MetricsPage":
        """Serves the metrics at http://host:port/metrics; port 0 picks a free one.

        Raises:
          GraftNetError: the port is taken or does not exist.
        """
        return MetricsPage(self.registry, host, port)

    def _histogram(
        self, name: str, text: str, labels: tuple[str, ...], buckets: tuple[float, ...]
    ) -> Histogram:
        return Histogram(name, text, labels, buckets=buckets, registry=self.registry)

    def _drop_all_but(self, known: set[tuple[str, str]]) -> None:
        measured = (self._seconds, self._waited, self._rows, self._batch_rows, self._scores)
        for metric in (self._requests, *measured):
            seen = {
                (sample.labels["model"], sample.labels["version"])
                for family in metric.collect()
                for sample in family.samples
            }
            for model, version in seen - known:
                if version != "0":
                    metric.remove_by_labels({"model": model, "version": version})


class MetricsPage:
    """A small HTTP server.

    Attributes:
      address: `host:port` it listens on.
    """

    def __init__(self, registry: CollectorRegistry, host: str, port: int):
        check_port(port)
        try:
            self._server, self._thread = start_http_server(port, host, registry)
        except OSError as error:
            raise GraftNetError(
                f"Cannot serve metrics on {host}:{port} ({error.strerror}). Choose another port."
            ) from None
        self.address = f"{host}:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
