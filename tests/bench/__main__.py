"""`make bench`: measures each line, prints a table, and writes `.local/bench/figures.json`."""

import asyncio
import os
import platform
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from deploy.local.prepare import migrate
from deploy.local.servers import local_servers
from deploy.local.services import ROOT, Launch, Surroundings
from shared.postgres import Connection
from tests.bench.contacts import fill_contacts, flow
from tests.bench.engine import TOPIC_PREFIX, running_engine
from tests.bench.evaluation import measure_evaluation
from tests.bench.figures import Figure, print_figures, write_figures
from tests.bench.peer import measure_peer
from tests.bench.property_update import measure_property_update

_STATE = ROOT / ".local" / "bench"
_SETTINGS = ("shared_buffers", "max_wal_size", "wal_compression", "jit", "fsync", "synchronous_commit")


async def main() -> None:
    """Measure everything."""
    os.environ["WORKFLOWS_TOPIC_PREFIX"] = TOPIC_PREFIX
    async with local_servers(_STATE, report=print) as servers:
        url = await _fresh_database(servers.database_url)
        surroundings = Surroundings(url, servers.kafka, servers.state)
        await migrate(surroundings)
        connection = await asyncpg.connect(url)
        try:
            print("Filling in a million contacts")
            await connection.execute("SET search_path = executor")
            await fill_contacts(connection)
            figures = await _measure(surroundings, connection)
            conditions = await _conditions(connection)
        finally:
            await connection.close()
    print_figures(figures, conditions)
    write_figures(_STATE / "figures.json", figures, conditions)


async def _measure(surroundings: Surroundings, connection: Connection) -> list[Figure]:
    url = surroundings.database_url
    print("B1")
    due_at = datetime.combine((await _now(connection)).date() + timedelta(days=1), datetime.min.time(), UTC)
    async with running_engine(surroundings, connection, executors=(Launch(roles=("api",)),)) as engine:
        workflow_id = await engine.create(flow("B1", "B1", minute=0))
        await engine.move_clock_to(due_at + timedelta(days=7))
        evaluation = await measure_evaluation(url, connection, workflow_id, due_at)
        await engine.turn_off(workflow_id)
    await connection.execute("UPDATE executor.occurrences SET state = 'COMPLETED' WHERE state = 'EVALUATED'")
    print("B2")
    updates = await measure_property_update(surroundings, connection)
    print("B2's peer")
    return [evaluation, *updates, await measure_peer(url, connection, updates[0].rate)]


async def _now(connection: Connection) -> datetime:
    now: datetime = await connection.fetchval("SELECT executor.rule_time()")
    return now


async def _fresh_database(url: str) -> str:
    admin = await asyncpg.connect(url)
    await admin.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
    await admin.execute("CREATE DATABASE bench")
    await admin.close()
    return url.rpartition("/")[0] + "/bench"


async def _conditions(connection: Connection) -> dict[str, str]:
    rows = {name: await connection.fetchval(f"SHOW {name}") for name in _SETTINGS}
    machine = {
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "load": f"{os.getloadavg()[0]:.1f}",
        "postgresql": await connection.fetchval("SHOW server_version"),
    }
    return machine | rows


if __name__ == "__main__":
    Path(_STATE).mkdir(parents=True, exist_ok=True)
    asyncio.run(main())
