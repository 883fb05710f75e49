"""What the executor counts, as Prometheus reads it; names begin with `workflows_`."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest


def figures_text(*, horizon: int, projected: int, published: int | None) -> bytes:
    """Return the figures of one process; `published` is None while another process publishes."""
    registry = CollectorRegistry()

    def gauge(name: str, words: str, value: int) -> None:
        Gauge(name, words, registry=registry).set(value)

    gauge("workflows_horizon_position", "The position up to which the log is settled", horizon)
    gauge("workflows_projection_lag_events", "Settled positions not projected yet", max(horizon - projected, 0))
    if published is not None:
        gauge("workflows_relay_lag_events", "Settled positions not published yet", max(horizon - published, 0))
    return generate_latest(registry)
