"""What a service asks of its surroundings before it starts, and how it says no."""

from pathlib import Path

import asyncpg
import pytest

from deploy.local.ports import free_port
from deploy.local.servers import Servers
from shared.postgres import EXECUTOR_ROLE, as_role, connect
from shared.postgres.fitness import troubles
from tests.conftest import SCHEMAS, Database, with_database
from tests.integration.operation.processes import NOWHERE, PORTS, Module, run, running
from tests.integration.operation.test_rights import migrate_all

SERVICES: list[Module] = ["executor_service", "scheduler_service"]


async def reasons(url: str) -> list[str]:
    """Return what is wrong with a server for the executor."""
    connection = await connect(url, schema="executor")
    found = await troubles(connection, schemas={schema: SCHEMAS[schema] for schema in ("executor", "history")})
    await connection.close()
    return found


@pytest.mark.parametrize("module", SERVICES)
async def test_a_service_refuses_a_database_that_was_never_migrated(
    module: Module, own_postgres: Servers, tmp_path: Path
) -> None:
    environment = {"WORKFLOWS_DATABASE_URL": own_postgres.database_url, "WORKFLOWS_STATE_DIR": str(tmp_path / "state")}
    ended = await run(module, environment=environment)
    assert ended.code == 1
    assert ended.err.startswith(f"{module}: role ")
    assert ended.err.endswith("does not exist: run `workflows migrate`\n")
    assert ended.err.count("\n") == 1


async def test_a_migration_that_is_missing_or_changed_is_named(database: Database) -> None:
    owner = await connect(database.url, schema="executor")
    assert await reasons(as_role(database.url, EXECUTOR_ROLE)) == []

    await owner.execute("DELETE FROM history.migrations")
    await owner.execute("UPDATE migrations SET digest = 'another' WHERE name = 'executor_service/0002_records.sql'")

    assert await reasons(as_role(database.url, EXECUTOR_ROLE)) == [
        "the schema executor is not at head (executor_service/0002_records.sql): run `workflows migrate`",
        "the schema history is not at head (migrations/0001_history.sql): run `workflows migrate`",
    ]
    await owner.close()


async def test_a_server_that_may_lose_what_it_acknowledged_is_refused(own_postgres: Servers, tmp_path: Path) -> None:
    await migrate_all(own_postgres.database_url)
    admin = await asyncpg.connect(own_postgres.database_url)
    for name in ("fsync", "full_page_writes"):
        await admin.execute(f"ALTER SYSTEM SET {name} = off")
    await admin.execute("SELECT pg_reload_conf()")
    await admin.close()

    environment = {"WORKFLOWS_DATABASE_URL": own_postgres.database_url, "WORKFLOWS_STATE_DIR": str(tmp_path / "state")}
    ended = await run("executor_service", environment=environment)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        "executor_service: fsync is off: a crash could lose what was acknowledged; "
        "full_page_writes is off: a crash could damage what was kept\n"
    )


async def test_a_standby_is_refused(own_postgres: Servers) -> None:
    await migrate_all(own_postgres.database_url)
    await own_postgres.postgres.stop()
    (own_postgres.state.path / "postgres" / "data" / "standby.signal").touch()
    await own_postgres.postgres.start()
    assert await reasons(own_postgres.database_url) == ["the server is a standby: the primary is needed"]


async def test_a_database_that_is_not_utf8_is_refused(own_postgres: Servers) -> None:
    admin = await asyncpg.connect(own_postgres.database_url)
    await admin.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
    await admin.close()
    found = await reasons(with_database(own_postgres.database_url, "latin"))
    assert found[0] == "the database is encoded in LATIN1: it must be UTF8"


@pytest.mark.parametrize("module", SERVICES)
async def test_postgresql_that_is_away_is_waited_for_with_one_line_and_the_service_leaves_when_told(
    module: Module, tmp_path: Path
) -> None:
    environment = {"WORKFLOWS_DATABASE_URL": f"postgresql://nobody@{NOWHERE}/none", "WORKFLOWS_KAFKA": NOWHERE}
    async with running(module, environment=environment, folder=tmp_path) as service:
        waiting = await service.says("PostgreSQL is away and is waited for")
        assert await service.leave(within_seconds=5) == 0
    assert waiting["level"] == "warning"
    assert [line["event"] for line in service.lines()] == ["PostgreSQL is away and is waited for"]


async def test_a_service_that_waited_starts_when_postgresql_is_there(own_postgres: Servers, tmp_path: Path) -> None:
    await migrate_all(own_postgres.database_url)
    environment = {"WORKFLOWS_DATABASE_URL": own_postgres.database_url, "WORKFLOWS_KAFKA": NOWHERE}
    await own_postgres.postgres.stop()
    async with running(
        "executor_service", "--roles", "api,projector", environment=environment, folder=tmp_path
    ) as service:
        await service.says("PostgreSQL is away and is waited for")
        await own_postgres.postgres.start()
        await service.ready()
        assert (await service.says("PostgreSQL is there"))["level"] == "info"
        assert await service.leave() == 0


@pytest.mark.parametrize("module", SERVICES)
async def test_a_bad_setting_is_named_in_one_sentence_and_the_code_is_that_of_usage(module: Module) -> None:
    ended = await run(module, environment={"WORKFLOWS_DATABASE_URL": "mysql://me:secret@host/x"})
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"{module}: WORKFLOWS_DATABASE_URL: must begin with postgresql://\n"


async def test_a_port_that_is_taken_is_named(database: Database, tmp_path: Path) -> None:
    environment = {"WORKFLOWS_DATABASE_URL": database.url, "WORKFLOWS_KAFKA": NOWHERE}
    async with running("executor_service", "--roles", "api", environment=environment, folder=tmp_path) as first:
        await first.answer("/livez")
        port = first.url.rpartition(":")[2]
        own = {PORTS["executor_service"]: port, "WORKFLOWS_STATE_DIR": str(tmp_path / "second")}
        ended = await run("executor_service", environment=environment | own)
    assert ended.code == 1
    assert ended.err == f"executor_service: nothing can be served at 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize("module", SERVICES)
async def test_a_migration_says_in_one_sentence_what_is_away(module: Module, database: Database) -> None:
    no_broker = await run(
        module, "migrate", environment={"WORKFLOWS_DATABASE_URL": database.url, "WORKFLOWS_KAFKA": NOWHERE}
    )
    gone = {"WORKFLOWS_DATABASE_URL": f"postgresql://x@127.0.0.1:{free_port()}/x", "WORKFLOWS_KAFKA": NOWHERE}
    no_database = await run(module, "migrate", environment=gone)
    assert (no_broker.code, no_database.code) == (8, 8)
    assert no_broker.err.splitlines()[-1].startswith(f"{module}: Kafka cannot be reached: ")
    assert no_database.err.startswith(f"{module}: PostgreSQL cannot be worked with: ")
    assert "Traceback" not in no_broker.err + no_database.err
