"""What the scheduler counts, as Prometheus reads it; names begin with `workflows_`."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from scheduler_service.handlers import Ticked

_LATENESS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, float("inf"))


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._lateness = Histogram(
            "workflows_scheduler_lateness_seconds",
            "From the instant an occurrence is due to its decision",
            buckets=_LATENESS_BUCKETS,
            registry=self.registry,
        )
        self._skipped = Counter(
            "workflows_scheduler_skipped", "Occurrences that were skipped, whatever the reason", registry=self.registry
        )
        self._broken = Counter(
            "workflows_scheduler_broken", "Schedules set aside because they cannot be computed", registry=self.registry
        )
        self._horizon = Gauge(
            "workflows_horizon_position", "The position up to which the log is settled", registry=self.registry
        )
        self._lag = Gauge(
            "workflows_relay_lag_events", "Settled positions not published yet", ["topic"], registry=self.registry
        )

    def observe(self, ticked: Ticked) -> None:
        """Count what a tick did."""
        for seconds in ticked.lateness:
            self._lateness.observe(seconds)
        self._skipped.inc(ticked.skipped)
        self._broken.inc(ticked.broken)

    def text(self, *, horizon: int, published: Mapping[str, int]) -> bytes:
        """Return everything in Prometheus's text form; `published` is the position reached by topic, if known here."""
        self._horizon.set(horizon)
        for topic, position in published.items():
            self._lag.labels(topic).set(max(horizon - position, 0))
        return generate_latest(self.registry)
