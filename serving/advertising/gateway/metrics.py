"""What a gateway has measured, for Prometheus: numbers of events and seconds of stages."""

import contextlib
import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_STAGE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """Counts what happens; no label tells a lift or what anybody shows."""

    def __init__(self, streams: Callable[[], float]):
        """Prepares the counters; `streams` tells how many screens listen here now."""
        self.registry = CollectorRegistry()
        self.snapshots = self._counter("snapshots", "Snapshots, by what became of them.", "outcome")
        self.decisions = self._counter("decisions", "Decisions that were made.")
        self.plays = self._counter("plays", "Plays reported, by what became of them.", "outcome")
        self.errors = self._counter("errors", "Answers that are a fault of the service.")
        self.unfit_messages = self._counter(
            "unfit_messages", "Messages from the broker that are neither state nor presence."
        )
        self.schema_refused = Gauge(
            "graftnet_advertise_schema_refused",
            "1 while an edit of the schema is refused and the former one stays.",
            registry=self.registry,
        )
        self._seconds = Histogram(
            "graftnet_advertise_stage_seconds",
            "Seconds that each stage of a snapshot took.",
            ["stage"],
            buckets=_STAGE_SECONDS,
            registry=self.registry,
        )
        Gauge(
            "graftnet_advertise_streams", "Screens that listen.", registry=self.registry
        ).set_function(streams)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures a stage of a snapshot: `admit`, `recognize`, `decide` or `publish`."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds.labels(name).observe(time.perf_counter() - started)

    def page(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"graftnet_advertise_{name}", text, labels, registry=self.registry)
