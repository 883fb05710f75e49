"""What `/metrics` tells, and what it costs."""

import asyncio
import math
from datetime import timedelta
from functools import partial

from prometheus_client import CollectorRegistry

from executor_service.bootstrap.figures import watch_waiting
from executor_service.execution.store import Lower
from executor_service.records.store import PostgresRecords
from executor_service.workflows.store import PostgresWorkflows, RevisionCache
from shared.dead_letters import DeadLetters
from shared.figures import Figures, watch_pools
from shared.horizon import Horizon
from shared.log_figures import watch_dead_letters, watch_log, watch_reader, watch_relay
from shared.postgres import Pool, close_pool, open_pool
from tests.conftest import Database
from tests.integration.operation.rows import cohort, letter, occurrence, workflow

_EVENT = """
INSERT INTO events (stream, version, type, data, metadata, recorded_at)
SELECT 'workflow-1', n, 'OccurrencesSkipped', '{}', '{}', rule_time() - make_interval(secs => 100 - 10 * n)
FROM generate_series(1, 5) AS n
"""


def value(registry: CollectorRegistry, name: str, **labels: str) -> float:
    found = registry.get_sample_value(f"workflows_{name}", labels)
    assert found is not None, name
    return found


def lower() -> Lower:
    return Lower(workflows=partial(PostgresWorkflows, cache=RevisionCache()), records=PostgresRecords)


async def test_every_figure_says_what_it_is_and_whose(executor_pool: Pool) -> None:
    figures, horizon = Figures(), Horizon(executor_pool, "executor_events")
    watch_pools(figures, {"work": executor_pool})
    watch_log(figures, pool=executor_pool, horizon=horizon)
    watch_relay(figures, pool=executor_pool, horizon=horizon, positions=lambda: {"workflows.history.v1": 0})
    watch_reader(figures, "projection", pool=executor_pool, horizon=horizon, position=lambda: 0)
    watch_dead_letters(figures, pool=executor_pool)
    watch_waiting(figures, pool=executor_pool, lower=lower())

    lines = (await figures.text()).decode().splitlines()

    helped = {line.split(" ", 3)[2]: line.split(" ", 3)[3] for line in lines if line.startswith("# HELP")}
    typed = {line.split(" ", 3)[2] for line in lines if line.startswith("# TYPE")}
    assert typed == set(helped)
    assert all(name.startswith("workflows_") and words for name, words in helped.items()), helped
    assert {"workflows_oldest_ready_seconds", "workflows_relay_lag_seconds", "workflows_horizon_lag_events"} <= typed


async def test_lag_is_told_in_events_and_in_the_age_of_the_first_one_lacking(executor_pool: Pool) -> None:
    await executor_pool.execute(_EVENT)
    figures, horizon = Figures(), Horizon(executor_pool, "executor_events")
    first = await executor_pool.fetchval("SELECT min(position) FROM events")
    watch_log(figures, pool=executor_pool, horizon=horizon)
    watch_relay(figures, pool=executor_pool, horizon=horizon, positions=lambda: {"due": first, "history": first + 4})
    watch_reader(figures, "projection", pool=executor_pool, horizon=horizon, position=lambda: first + 2)
    before = Figures()
    watch_log(before, pool=executor_pool, horizon=Horizon(executor_pool, "executor_events"))
    await before.text()
    await horizon.refresh()
    await figures.text()

    assert value(before.registry, "horizon_lag_events") == first + 4
    assert 85 < value(before.registry, "horizon_lag_seconds") < 100
    assert value(figures.registry, "horizon_lag_events") == 0
    assert value(figures.registry, "relay_lag_events", topic="due") == 4
    assert 75 < value(figures.registry, "relay_lag_seconds", topic="due") < 90
    assert value(figures.registry, "relay_lag_events", topic="history") == 0
    assert value(figures.registry, "relay_lag_seconds", topic="history") == 0
    assert value(figures.registry, "projection_lag_events") == 2
    assert 55 < value(figures.registry, "projection_lag_seconds") < 70


async def test_the_oldest_ready_work_is_of_a_workflow_that_is_not_paused(executor_pool: Pool) -> None:
    for number, is_paused in ((1, True), (2, False), (3, False)):
        await workflow(executor_pool, number, is_paused=is_paused)
    ages = {1: timedelta(hours=2), 2: timedelta(seconds=40), 3: timedelta(seconds=90)}
    for number, age in ages.items():
        await occurrence(executor_pool, number, due_before=age)
        await occurrence(executor_pool, number, due_before=-age)
        await cohort(executor_pool, number, ready_before=age / 2)
    await cohort(executor_pool, 3, ready_before=timedelta(hours=1), owner="somebody")
    figures = Figures()
    watch_waiting(figures, pool=executor_pool, lower=lower())

    await figures.text()

    assert 90 <= value(figures.registry, "oldest_ready_seconds", work="evaluation") < 100
    assert 45 <= value(figures.registry, "oldest_ready_seconds", work="cohort") < 55
    assert value(figures.registry, "occurrences_waiting", state="DUE") == 6
    assert value(figures.registry, "occurrences_waiting", state="EVALUATED") == 0


async def test_nothing_ready_is_no_age(executor_pool: Pool) -> None:
    figures = Figures()
    watch_waiting(figures, pool=executor_pool, lower=lower())
    await figures.text()
    assert value(figures.registry, "oldest_ready_seconds", work="evaluation") == 0
    assert value(figures.registry, "oldest_ready_seconds", work="cohort") == 0


async def test_open_dead_letters_are_counted_once_a_second_however_many_ask(executor_pool: Pool) -> None:
    figures = Figures()
    watch_dead_letters(figures, pool=executor_pool)
    await DeadLetters(executor_pool).store(letter(1), reason="NOT_JSON", error="")
    texts = await asyncio.gather(*(figures.text() for _ in range(20)))
    await DeadLetters(executor_pool).store(letter(2), reason="NOT_JSON", error="")
    assert b"workflows_dead_letters_open 1.0" in texts[0]
    assert len(set(texts)) == 1
    assert await figures.text() == texts[0]


async def test_a_database_that_is_away_takes_its_figures_away_and_no_others(database: Database) -> None:
    pool = await open_pool(database.url, schema="executor", max_size=1)
    figures = Figures()
    watch_waiting(figures, pool=pool, lower=lower())
    watch_dead_letters(figures, pool=pool)
    figures.counter("done", "What was done").inc()
    await close_pool(pool)

    text = (await figures.text()).decode()

    assert "workflows_done_total 1.0" in text
    assert "workflows_oldest_ready_seconds{" not in text
    assert math.isnan(value(figures.registry, "dead_letters_open"))
