"""Sessions whose process was stopped in the middle of a statement, which no time-out of PostgreSQL ends."""

from datetime import timedelta

import pytest

from shared.postgres import DRIVER_ERRORS, Connection, Pool, connect
from shared.watchdog import Watchdog
from tests.conftest import Database
from tests.e2e.waiting import eventually

AT_ONCE = timedelta(0)
_LOCK = "LOCK TABLE rule_clock"


async def stopped_between_preparing_and_running(connection: Connection) -> None:
    """Leave a connection as it is left by a process that is stopped then: in a transaction, with a lock."""
    await connection.execute("BEGIN")
    await connection.execute(_LOCK)
    await connection.prepare("SELECT shift FROM rule_clock")


async def is_locked(pool: Pool) -> bool:
    found = await pool.fetchval("SELECT count(*) FROM pg_locks WHERE relation = 'rule_clock'::regclass AND granted")
    return bool(found)


async def is_free(pool: Pool) -> bool:
    return not await is_locked(pool)


async def test_a_session_that_waits_for_its_stopped_client_at_two_looks_is_ended_and_its_locks_are_free(
    database: Database, executor_pool: Pool
) -> None:
    connection = await connect(database.url, schema="executor", settings={"statement_timeout": "50"})
    await stopped_between_preparing_and_running(connection)
    watchdog = Watchdog(executor_pool, longest_wait=AT_ONCE)

    await watchdog.pass_()
    assert await is_locked(executor_pool)
    await watchdog.pass_()

    with pytest.raises(DRIVER_ERRORS):
        await connection.execute("COMMIT")
    # The client hears of the end before the server has tidied up.
    await eventually("the lock is free", lambda: is_free(executor_pool))


async def test_sessions_that_live_and_those_of_others_are_left_alone(database: Database, executor_pool: Pool) -> None:
    idle = await connect(database.url, schema="executor")
    await idle.execute("BEGIN")
    person = await connect(database.url, schema="executor", settings={"application_name": "psql"})
    await stopped_between_preparing_and_running(person)
    watchdog = Watchdog(executor_pool, longest_wait=AT_ONCE)

    for _ in range(3):
        await watchdog.pass_()

    assert await idle.fetchval("SELECT 1") == 1
    assert await person.fetchval("SELECT 1") == 1
    await idle.close()
    await person.close()


async def test_a_session_is_given_its_time(database: Database, executor_pool: Pool) -> None:
    connection = await connect(database.url, schema="executor")
    await stopped_between_preparing_and_running(connection)
    watchdog = Watchdog(executor_pool)

    await watchdog.pass_()
    await watchdog.pass_()

    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
