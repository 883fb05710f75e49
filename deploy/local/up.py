"""Everything on this machine, in the foreground: servers, schemas, a key, both services, until told to stop.

A server or service that ends by itself is started again, after a pause that doubles while it keeps failing, so one
may kill any of them and watch that nothing is lost. At the end the services leave first, then Kafka, then PostgreSQL.
"""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.child import Child, NotReadyError, Report
from deploy.local.environment_file import published
from deploy.local.prepare import create_key, migrate
from deploy.local.servers import DATABASE_URL_VARIABLE, KAFKA_VARIABLE, Servers, local_servers
from deploy.local.services import OPERATOR_KEY_VARIABLE, Launch, Services, Surroundings, running_services

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 10.0


async def up(state_dir: Path, report: Report) -> None:
    """Run everything until SIGINT, SIGTERM or SIGHUP, or until the task is cancelled; then stop all in order."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    running = asyncio.create_task(_run(state_dir, report))
    stop = asyncio.create_task(stopped.wait())
    await asyncio.wait({running, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not running.done():
        report("Stopping")
        running.cancel()
    await asyncio.wait({running})
    if not running.cancelled():
        await running


async def _run(state_dir: Path, report: Report) -> None:
    async with everything(state_dir, report) as (servers, services):
        report(f"Ready: {services.executors[0].url} (key and addresses in {servers.state.environment_file})")
        await _keep_up([*servers.children, *services.children], report)


@asynccontextmanager
async def everything(state_dir: Path, report: Report) -> AsyncIterator[tuple[Servers, Services]]:
    """Run the servers and one of each service, with `env` in the state directory saying where they are."""
    async with local_servers(state_dir, report=report) as servers:
        surroundings = Surroundings(servers.database_url, servers.kafka, servers.state)
        report("Preparing schemas and topics")
        await migrate(surroundings)
        key = await create_key(surroundings)
        operator = {OPERATOR_KEY_VARIABLE: secrets.token_urlsafe()}
        scheduler = Launch(environment=operator)
        async with running_services(surroundings, schedulers=[scheduler], report=report) as services:
            values = {
                "WORKFLOWS_URL": services.executors[0].url,
                "WORKFLOWS_KEY": key,
                "WORKFLOWS_SCHEDULER_URL": services.schedulers[0].url,
                **operator,
                KAFKA_VARIABLE: servers.kafka,
                DATABASE_URL_VARIABLE: servers.database_url,
            }
            with published(servers.state.environment_file, values):
                yield servers, services


async def _keep_up(children: Sequence[Child], report: Report) -> None:
    async with asyncio.TaskGroup() as watching:
        for child in children:
            watching.create_task(_keep_one_up(child, report))


async def _keep_one_up(child: Child, report: Report) -> None:
    pause_seconds = _FIRST_PAUSE_SECONDS
    while True:
        await child.ended()
        report(f"{child.name} ended with exit code {child.exit_code}; starting it again (log: {child.log})")
        try:
            await child.start()
            pause_seconds = _FIRST_PAUSE_SECONDS
            report(f"{child.name} is back")
        except NotReadyError:
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
