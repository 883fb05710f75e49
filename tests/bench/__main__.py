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
from tests.bench.contacts import NARROW, WIDE, Crowd, fill_contacts, flow
from tests.bench.engine import TOPIC_PREFIX, running_engine
from tests.bench.evaluation import measure_evaluation, store_ten_million
from tests.bench.figures import Figure, print_figures, write_figures
from tests.bench.peer import measure_peer
from tests.bench.property_update import MORE_PROCESSES, ONE_PROCESS, measure_property_update

_STATE = ROOT / ".local" / "bench"
_SETTINGS = ("shared_buffers", "max_wal_size", "wal_compression", "jit", "fsync", "synchronous_commit")


async def main() -> None:
    """Measure everything."""
    os.environ["WORKFLOWS_TOPIC_PREFIX"] = TOPIC_PREFIX
    figures: list[Figure] = []
    conditions: dict[str, str] = {}
    async with local_servers(_STATE, report=print) as servers:
        for crowd in (WIDE, NARROW):
            url = await _fresh_database(servers.database_url)
            surroundings = Surroundings(url, servers.kafka, servers.state)
            await migrate(surroundings)
            connection = await asyncpg.connect(url)
            print(f"Filling in {crowd.records:,} contacts with {crowd.name}")
            await connection.execute("SET search_path = executor")
            await fill_contacts(connection, crowd)
            figures += await _measure(surroundings, connection, crowd)
            conditions = await _conditions(connection)
            await connection.close()
    print_figures(figures, conditions)
    write_figures(_STATE / "figures.json", figures, conditions)


async def _measure(surroundings: Surroundings, connection: Connection, crowd: Crowd) -> list[Figure]:
    is_narrow = crowd is NARROW
    what = f"evaluate {crowd.records:,} contacts, enroll {crowd.leads:,}, {crowd.name}"
    figures = [await _evaluate(surroundings, connection, crowd, what)]
    layouts = [ONE_PROCESS, *(MORE_PROCESSES if is_narrow else ())]
    print("B2")
    figures += await measure_property_update(surroundings, connection, crowd, layouts)
    if is_narrow:
        print("B2's peer")
        figures.append(await measure_peer(surroundings.database_url, connection, figures[1].rate))
        await store_ten_million(connection)
        figures.append(await _evaluate(surroundings, connection, crowd, f"{what}, 10 M enrollments in the store"))
    return figures


async def _evaluate(surroundings: Surroundings, connection: Connection, crowd: Crowd, what: str) -> Figure:
    """Measure B1 with a workflow of its own, which is off again afterwards."""
    print("B1")
    async with running_engine(surroundings, connection, executors=(Launch(roles=("api",)),)) as engine:
        due_at = datetime.combine((await engine.now()).date() + timedelta(days=1), datetime.min.time(), UTC)
        workflow_id = await engine.create(flow("B1", "B1", minute=0))
        await engine.move_clock_to(due_at + timedelta(days=7))
        figure = await measure_evaluation(
            surroundings.database_url, connection, crowd, workflow_id=workflow_id, due_at=due_at, what=what
        )
        await engine.turn_off(workflow_id)
    await connection.execute("UPDATE executor.occurrences SET state = 'COMPLETED' WHERE state = 'EVALUATED'")
    return figure


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
