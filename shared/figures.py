"""What a process counts and measures, as Prometheus reads it; every name begins with `workflows_`.

Some figures are counted while work is done, others are looked up when somebody asks: by readings, which run one after
the other, at most once a second however many ask, and within two seconds. A reading that fails takes its figures away,
for an old value would pass for a present one.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from shared.logs import get_logger
from shared.postgres import Pool, is_transient

_KEPT_SECONDS: Final = 1.0
_READING_SECONDS: Final = 2.0
_DURATION_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_log = get_logger("figures")

Reading = Callable[[], Awaitable[None]]
"""Looks figures up and sets them; may raise what a driver raises."""


@dataclass(slots=True)
class Figures:
    """The figures of one process."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    _readings: list[tuple[Reading, Sequence[Gauge]]] = field(default_factory=list)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _text: bytes = b""
    _made_at: float = float("-inf")

    def __post_init__(self) -> None:
        ProcessCollector(namespace="workflows", registry=self.registry)

    def gauge(self, name: str, words: str, labels: Sequence[str] = ()) -> Gauge:
        """Make a figure that goes up and down; `words` is its HELP text, `workflows_` is put before the name."""
        return Gauge(f"workflows_{name}", words, labels, registry=self.registry)

    def counter(self, name: str, words: str, labels: Sequence[str] = ()) -> Counter:
        """Make a figure that only grows."""
        return Counter(f"workflows_{name}", words, labels, registry=self.registry)

    def histogram(self, name: str, words: str, *, buckets: Sequence[float] = _DURATION_BUCKETS) -> Histogram:
        """Make a distribution, of seconds unless it says otherwise."""
        return Histogram(f"workflows_{name}", words, buckets=buckets, registry=self.registry)

    def read(self, reading: Reading, gauges: Sequence[Gauge]) -> None:
        """Have gauges looked up when somebody asks."""
        self._readings.append((reading, gauges))

    async def text(self) -> bytes:
        """Return everything in Prometheus's text form."""
        async with self._lock:
            if time.monotonic() - self._made_at >= _KEPT_SECONDS:
                for reading, gauges in self._readings:
                    await _take(reading, gauges)
                self._text, self._made_at = generate_latest(self.registry), time.monotonic()
            return self._text


async def _take(reading: Reading, gauges: Sequence[Gauge]) -> None:
    try:
        async with asyncio.timeout(_READING_SECONDS):
            await reading()
    except Exception as error:  # noqa: BLE001 # figures are never what stops a process
        if not is_transient(error):
            _log.exception("Figures cannot be looked up")
        for gauge in gauges:
            _forget(gauge)


def _forget(gauge: Gauge) -> None:
    try:
        gauge.set(math.nan)
    except ValueError:  # it has labels
        gauge.clear()


def timed(once: Callable[[], Awaitable[float]], histogram: Histogram) -> Callable[[], Awaitable[float]]:
    """Return a pass that observes how long it took, whenever it found something to do (and so does not rest)."""

    async def measured() -> float:
        begun = time.monotonic()
        rest = await once()
        if rest == 0:
            histogram.observe(time.monotonic() - begun)
        return rest

    return measured


def watch_pools(figures: Figures, pools: Mapping[str, Pool]) -> None:
    """Add how many connections of each pool there are, and how many are in use."""
    size = figures.gauge("pool_connections", "Connections of a pool that are open", ["pool"])
    used = figures.gauge("pool_connections_in_use", "Connections of a pool that somebody uses", ["pool"])
    most = figures.gauge("pool_connections_limit", "Connections that a pool may open", ["pool"])

    async def look() -> None:
        for name, pool in pools.items():
            size.labels(name).set(pool.get_size())
            used.labels(name).set(pool.get_size() - pool.get_idle_size())
            most.labels(name).set(pool.get_max_size())

    figures.read(look, (size, used, most))
