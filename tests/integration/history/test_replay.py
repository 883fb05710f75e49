"""A replay finds what is not as the log says, and names the event."""

import asyncio
from datetime import UTC, datetime

import pytest

from executor_service.events import OccurrenceCompleted, to_new_event
from executor_service.history.rebuilding import Difference, replay
from shared.event_store import Append
from shared.postgres import Pool
from tests.conftest import Database
from tests.integration.history.conftest import Chronicle
from tests.integration.history.test_history import OCCURRENCE, STREAM, append_a_run, project_all

FIRST_CLAIM, SECOND_CLAIM, THIRD_CLAIM, EVALUATED = 8, 9, 10, 4


@pytest.fixture
async def position(history_pool: Pool) -> int:
    """The end of a projected run."""
    position = await append_a_run(history_pool)
    await project_all(history_pool, horizon=position)
    return position


async def tamper_with_the_log(pool: Pool, statement: str, *arguments: object) -> None:
    """Do as the owner what everybody is kept from."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("ALTER TABLE executor.events DISABLE TRIGGER USER")
        await connection.execute(statement, *arguments)
        await connection.execute("ALTER TABLE executor.events ENABLE TRIGGER USER")


async def test_a_history_that_nobody_touched_is_what_the_log_says(
    database: Database, history_pool: Pool, position: int
) -> None:
    found = await replay(database.url)

    assert (found.position, found.events, found.difference) == (position, position, None)
    schemas = await history_pool.fetch("SELECT nspname FROM pg_namespace WHERE nspname = 'history_replay'")
    assert schemas == []


async def test_events_that_come_during_a_replay_are_compared_too(
    database: Database, chronicle: Chronicle, position: int
) -> None:
    replaying = asyncio.ensure_future(replay(database.url))
    completed = OccurrenceCompleted(workflow_id="5", occurrence_id=OCCURRENCE, revision_id="1")
    last = await chronicle.write(Append(STREAM, 5, [to_new_event(completed)]))
    found = await replaying

    assert found.difference is None
    assert found.position in {position, last}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE log SET message = 'x' WHERE position = 9 AND n = 2", ("log", ("message",), SECOND_CLAIM)),
        ("DELETE FROM log WHERE position = 8", ("log", None, FIRST_CLAIM)),
        ("UPDATE pages SET size = 2 WHERE position = 6", ("pages", ("size",), 6)),
        ("UPDATE cohorts SET action_id = '7' WHERE action_id = '2'", ("cohorts", ("action_id",), SECOND_CLAIM)),
        ("UPDATE occurrences SET matched = 8", ("occurrences", ("matched",), EVALUATED)),
        ("UPDATE occurrences SET local_time = 'x'", ("occurrences", ("local_time",), 3)),
        ("UPDATE occurrences SET active = 8", ("occurrences", ("active",), 3)),
        ("UPDATE workflows SET name = 'x'", ("workflows", ("name",), 1)),
        ("UPDATE workflows SET is_enabled = false", ("workflows", ("is_enabled",), 2)),
        ("UPDATE causes SET count = 9", ("causes", ("count",), SECOND_CLAIM)),
        ("UPDATE days SET enrolled = 7", ("days", (), None)),
    ],
)
async def test_a_changed_row_names_the_event_that_wrote_it(
    database: Database,
    history_pool: Pool,
    position: int,
    statement: str,
    expected: tuple[str, tuple[str, ...] | None, int | None],
) -> None:
    await history_pool.execute(statement)

    difference = (await replay(database.url)).difference

    table, columns, named = expected
    assert difference is not None
    assert (difference.table, difference.position) == (table, named)
    assert columns is None or difference.columns == columns
    assert position


async def test_a_rewritten_event_is_named_and_not_one_that_follows_from_it(
    database: Database, history_pool: Pool, position: int
) -> None:
    """Another record went on to the second action: every later event about it would differ as well."""
    await tamper_with_the_log(
        history_pool, "UPDATE executor.events SET record_ids = $2 WHERE position = $1", FIRST_CLAIM, [1, 2, 4]
    )

    difference = (await replay(database.url)).difference

    assert difference is not None
    assert (difference.position, difference.type) == (FIRST_CLAIM, "ActionDone")
    assert (difference.stream, difference.version) == ("claim-1-1", 1)
    assert position


async def test_a_rewritten_count_is_named_by_the_event_that_holds_it(
    database: Database, history_pool: Pool, position: int
) -> None:
    await tamper_with_the_log(
        history_pool,
        "UPDATE executor.events SET data = jsonb_set(data, '{counts,matched}', '70') WHERE position = $1",
        EVALUATED,
    )

    assert (await replay(database.url)).difference == Difference(
        "occurrences", ("matched",), EVALUATED, STREAM, 2, "OccurrenceEvaluated"
    )
    assert position


async def test_an_instant_is_part_of_what_is_compared(database: Database, history_pool: Pool, position: int) -> None:
    earlier = datetime(2020, 1, 1, tzinfo=UTC)
    await tamper_with_the_log(
        history_pool, "UPDATE executor.events SET recorded_at = $2 WHERE position = $1", THIRD_CLAIM, earlier
    )

    difference = (await replay(database.url)).difference

    assert difference is not None
    assert (difference.table, difference.columns, difference.position) == ("log", ("at",), THIRD_CLAIM)
    assert position
