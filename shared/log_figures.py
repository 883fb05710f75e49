"""What every service tells of its log: how far it is settled, how far readers are behind, what was not understood."""

from collections.abc import Callable, Mapping
from datetime import datetime

from shared.dead_letters import DeadLetters
from shared.figures import Figures
from shared.horizon import Horizon
from shared.postgres import Pool, load_queries

_QUERIES = load_queries(__file__)

Positions = Callable[[], Mapping[str, int]]
"""The positions that readers of the log have reached, by their names; without those that read in other processes."""


def watch_log(figures: Figures, *, pool: Pool, horizon: Horizon) -> None:
    """Add where the horizon is and how far it is behind the newest event."""
    position = figures.gauge("horizon_position", "The position up to which the log is settled")
    events = figures.gauge("horizon_lag_events", "Events that can be seen and are not settled yet")
    seconds = figures.gauge("horizon_lag_seconds", "For how long the first event that is not settled has been there")

    async def look() -> None:
        behind = await _behind(pool, {"": horizon.position}, until=None)
        position.set(horizon.position)
        events.set(behind[""][0])
        seconds.set(behind[""][1])

    figures.read(look, (position, events, seconds))


def watch_relay(figures: Figures, *, pool: Pool, horizon: Horizon, positions: Positions) -> None:
    """Add how far each topic is behind the log."""
    events = figures.gauge("relay_lag_events", "Settled positions not published yet, where this publishes", ["topic"])
    seconds = figures.gauge(
        "relay_lag_seconds", "For how long the first settled event not published yet has been there", ["topic"]
    )

    async def look() -> None:
        found = await _behind(pool, positions(), until=horizon.position)
        events.clear()
        seconds.clear()
        for topic, (count, age) in found.items():
            events.labels(topic).set(count)
            seconds.labels(topic).set(age)

    figures.read(look, (events, seconds))


def watch_dead_letters(figures: Figures, *, pool: Pool) -> None:
    """Add how many messages wait for somebody to look at them."""
    gauge = figures.gauge("dead_letters_open", "Messages that were not understood and are open; counted up to 10,000")

    async def look() -> None:
        gauge.set(await DeadLetters(pool).count_open())

    figures.read(look, (gauge,))


def watch_reader(figures: Figures, name: str, *, pool: Pool, horizon: Horizon, position: Callable[[], int]) -> None:
    """Add how far one reader is behind the log, under its name."""
    events = figures.gauge(f"{name}_lag_events", f"Settled positions that the {name} has not reached")
    seconds = figures.gauge(f"{name}_lag_seconds", f"For how long the first of them has waited for the {name}")

    async def look() -> None:
        (count, age) = (await _behind(pool, {name: position()}, until=horizon.position))[name]
        events.set(count)
        seconds.set(age)

    figures.read(look, (events, seconds))


async def _behind(pool: Pool, positions: Mapping[str, int], *, until: int | None) -> dict[str, tuple[int, float]]:
    """Return how many positions, and for how many seconds, readers are behind a position; null: the newest event."""
    row = await pool.fetchrow(_QUERIES["log"])
    assert row is not None  # noqa: S101 # a SELECT without FROM has one row
    end = row["highest"] if until is None else until
    lacking = {name: position for name, position in positions.items() if position < end}
    rows = await pool.fetch(_QUERIES["waiting_since"], sorted(set(lacking.values())))
    since: dict[int, datetime] = {found["position"]: found["recorded_at"] for found in rows}
    return {
        name: (max(end - position, 0), _age(since.get(position) if name in lacking else None, row["now"]))
        for name, position in positions.items()
    }


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)
