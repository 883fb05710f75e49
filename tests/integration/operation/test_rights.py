"""What a service may do in the database, and what it may not."""

import asyncio

import asyncpg
import pytest

from deploy.local.servers import Servers
from shared.postgres import (
    EXECUTOR_ROLE,
    SCHEDULER_ROLE,
    Connection,
    MayNotMakeRolesError,
    as_role,
    connect,
    migrate_schema,
)
from shared.postgres.lease import try_lease
from tests.conftest import SCHEMAS, Database, with_database

_EVENT = """
INSERT INTO events (stream, version, type, data, metadata) VALUES ('workflow-1', 1, 'WorkflowSaved', '{}', '{}')
"""
_ROLES = {"executor": EXECUTOR_ROLE, "scheduler": SCHEDULER_ROLE}


async def as_service(database: Database, schema: str) -> Connection:
    return await connect(as_role(database.url, _ROLES[schema]), schema=schema)


async def refuses(connection: Connection, statement: str) -> bool:
    """Tell whether the server refuses a statement for want of a right."""
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False


async def migrate_all(url: str) -> None:
    connection = await connect(url, schema="public")
    try:
        for schema, folders in SCHEMAS.items():
            await migrate_schema(connection, schema=schema, folders=folders)
    finally:
        await connection.close()


@pytest.mark.parametrize("schema", ["executor", "scheduler"])
async def test_a_service_appends_to_its_log_and_changes_nothing_in_it(database: Database, schema: str) -> None:
    service = await as_service(database, schema)
    await service.execute(_EVENT)

    assert await service.fetchval("SELECT count(*) FROM events") == 1
    assert await refuses(service, "UPDATE events SET type = 'WorkflowTurnedOn'")
    assert await refuses(service, "DELETE FROM events")
    assert await refuses(service, "TRUNCATE events")
    assert await refuses(service, "ALTER TABLE events DISABLE TRIGGER ALL")
    await service.close()


@pytest.mark.parametrize(("schema", "other"), [("executor", "scheduler"), ("scheduler", "executor")])
async def test_a_service_does_not_see_the_schema_of_the_other(database: Database, schema: str, other: str) -> None:
    service = await as_service(database, schema)
    assert await refuses(service, f"SELECT count(*) FROM {other}.events")
    assert await refuses(service, f"INSERT INTO {other}.dead_letters DEFAULT VALUES")
    await service.close()


@pytest.mark.parametrize("schema", ["executor", "scheduler"])
async def test_a_service_reads_the_rule_clock_and_may_not_move_it(database: Database, schema: str) -> None:
    service = await as_service(database, schema)
    assert await service.fetchval("SELECT rule_time() IS NOT NULL")
    assert await refuses(service, "UPDATE rule_clock SET shift = interval '1 year'")
    assert await refuses(service, "DELETE FROM rule_clock")
    assert await refuses(service, "DELETE FROM migrations")
    assert await refuses(service, "CREATE TABLE own (id bigint)")
    await service.close()


async def test_the_executor_writes_the_history_and_the_scheduler_does_not(database: Database) -> None:
    executor, scheduler = await as_service(database, "executor"), await as_service(database, "scheduler")
    await executor.execute("UPDATE history.checkpoint SET position = 1")
    assert await refuses(scheduler, "UPDATE history.checkpoint SET position = 2")
    await executor.close()
    await scheduler.close()


async def test_a_service_stays_its_role_whatever_is_reset(database: Database) -> None:
    service = await as_service(database, "executor")
    await service.execute("RESET ALL")
    await service.execute("RESET ROLE")
    assert await service.fetchval("SELECT current_user") == EXECUTOR_ROLE
    await service.close()


async def test_two_leases_of_a_role_are_told_apart(database: Database) -> None:
    url = as_role(database.url, EXECUTOR_ROLE)
    first, second = await try_lease(url, schema="executor", key=1), await try_lease(url, schema="executor", key=2)
    assert first is not None
    assert second is not None
    assert first.holder != second.holder
    await first.release()
    await second.release()


async def test_databases_that_are_migrated_at_one_moment_share_the_roles(own_postgres: Servers) -> None:
    admin = await asyncpg.connect(own_postgres.database_url)
    urls = [with_database(own_postgres.database_url, f"at_once_{number}") for number in range(4)]
    for number in range(4):
        await admin.execute(f"CREATE DATABASE at_once_{number}")

    await asyncio.gather(*map(migrate_all, urls))

    for url in urls:
        service = await as_service(Database(url), "scheduler")
        assert await service.fetchval("SELECT count(*) FROM schedules") == 0
        await service.close()
    await admin.close()


async def test_an_owner_who_is_no_superuser_migrates_and_becomes_the_services(own_postgres: Servers) -> None:
    admin = await asyncpg.connect(own_postgres.database_url)
    await admin.execute("CREATE ROLE owner LOGIN CREATEROLE PASSWORD 'owner'")
    await admin.execute("CREATE DATABASE owned OWNER owner")
    url = f"postgresql://owner:owner@{with_database(own_postgres.database_url, 'owned').split('@', 1)[1]}"

    await migrate_all(url)

    service = await as_service(Database(url), "executor")
    assert await service.fetchval("SELECT session_user || '/' || current_user") == f"owner/{EXECUTOR_ROLE}"
    assert await refuses(service, "DELETE FROM events")
    await service.close()
    await admin.close()


async def test_an_owner_who_may_not_make_roles_is_told_what_to_run(own_postgres: Servers) -> None:
    admin = await asyncpg.connect(own_postgres.database_url)
    await admin.execute("CREATE ROLE owner LOGIN PASSWORD 'owner'")
    await admin.execute("CREATE DATABASE owned OWNER owner")
    place = with_database(own_postgres.database_url, "owned").split("@", 1)[1]

    with pytest.raises(MayNotMakeRolesError, match="CREATE ROLE workflows_scheduler NOLOGIN"):
        await migrate_all(f"postgresql://owner:owner@{place}")

    for role in _ROLES.values():
        await admin.execute(f"CREATE ROLE {role} NOLOGIN")
        await admin.execute(f"GRANT {role} TO owner")
    await migrate_all(f"postgresql://owner:owner@{place}")
    await admin.close()
