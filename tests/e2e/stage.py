"""Both services as processes on real servers, with everything a test does to them from outside.

Each stage has its own database and its own prefix of topics. The rule clock is moved, not waited for. What makes a
process differ from the plain one (a crash point) counts for its next start only.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx2

from deploy.local.prepare import create_key, migrate
from deploy.local.services import Launch, ServiceProcess, Services, Surroundings, running_services
from deploy.local.state import State
from shared.contracts import TOPICS, Topic
from shared.failpoints import VARIABLE
from shared.kafka import declare_topics, prefixed
from shared.postgres import Pool
from tests.conftest import with_database
from tests.e2e.waiting import PATIENCE_SECONDS, eventually

PREFIX_VARIABLE = "WORKFLOWS_TOPIC_PREFIX"
PUBLISH_VARIABLE = "WORKFLOWS_PUBLISH_TOPICS"
PUBLISHED = "crm.published.v1"
"""Where workflows may publish records."""
FLOWS = "/automation/v4/flows"
_PAGE = 100
_LOG_TAIL_BYTES = 3_000
_SHIFT = "UPDATE {schema}.rule_clock SET shift = $1 - clock_timestamp()"
_MOVE = "UPDATE {schema}.rule_clock SET shift = shift + $1"
_PLANNED = "SELECT next_due_at = $2 FROM scheduler.schedules WHERE workflow_id = $1"


@dataclass(frozen=True, slots=True)
class Apart(Surroundings):
    """Surroundings with a prefix before the topics' names; a process may have another one."""

    prefix: str

    def environment(self, extra: Mapping[str, str], folder: Path) -> dict[str, str]:
        """See Surroundings."""
        own = {PREFIX_VARIABLE: self.prefix, PUBLISH_VARIABLE: PUBLISHED}
        return Surroundings.environment(self, own | dict(extra), folder)


@dataclass(frozen=True, slots=True)
class Cast:
    """Which processes run, by name (`scheduler`, `scheduler-2`, …, `executor`, …), and how some differ."""

    schedulers: int = 1
    executors: int = 1
    failpoints: Mapping[str, str] = field(default_factory=dict)
    """`WORKFLOWS_FAILPOINTS` of the first start, by the name of the process."""
    environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What else differs, at every start, by the name of the process."""


@dataclass(slots=True)
class Stage:
    """Services that run, and what a test does to them and asks of them."""

    surroundings: Apart
    services: Services
    client: httpx2.AsyncClient
    pool: Pool
    switches: Mapping[str, dict[str, str]]

    @property
    def kafka(self) -> str:
        """The address of the broker."""
        return self.surroundings.kafka

    def topic(self, name: str) -> str:
        """The name of a topic on this stage."""
        return self.surroundings.prefix + name

    def process(self, name: str) -> ServiceProcess:
        """The process of a name."""
        return next(child for child in self.services.children if child.name == name)

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request that must succeed, and return what was answered."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.client.post(path, json=body, headers=named)
        assert answer.is_success, f"POST {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def get(self, path: str, **parameters: str | int) -> Any:
        """Read what must be there."""
        answer = await self.client.get(path, params=parameters)
        assert answer.is_success, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def rows(self, path: str, **parameters: str | int) -> list[dict[str, Any]]:
        """Read all pages of a list of `/v1`."""
        found: list[dict[str, Any]] = []
        page = await self.get(path, limit=1000, **parameters)
        found.extend(page["data"])
        while page["nextCursor"] is not None:
            page = await self.get(path, limit=1000, cursor=page["nextCursor"], **parameters)
            found.extend(page["data"])
        return found

    async def import_contacts(self, inputs: Sequence[dict[str, Any]]) -> list[int]:
        """Create or change contacts, a hundred at a time, and return their ids in order."""
        ids: list[int] = []
        for begin in range(0, len(inputs), _PAGE):
            page = list(inputs[begin : begin + _PAGE])
            answer = await self.post("/crm/v3/objects/contacts/batch/upsert", {"inputs": page})
            ids.extend(int(result["id"]) for result in answer["results"])
        return ids

    async def create(self, flow: Mapping[str, Any]) -> int:
        """Create a workflow and return its id."""
        return int((await self.post(FLOWS, dict(flow)))["id"])

    async def now(self) -> datetime:
        """The instant by which rules decide."""
        now: datetime = await self.pool.fetchval("SELECT executor.rule_time()")
        return now

    async def minute_from_now(self, minutes: int) -> int:
        """The minute of the day (UTC) that comes in so many minutes."""
        now = await self.now() + timedelta(minutes=minutes)
        return now.hour * 60 + now.minute

    async def next_due(self, minute: int) -> datetime:
        """The next instant of a minute of the day."""
        now = await self.now()
        due_at = now.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
        return due_at if due_at > now else due_at + timedelta(days=1)

    async def planned(self, workflow_id: int, due_at: datetime) -> None:
        """Wait until the scheduler plans a workflow for an instant."""

        async def is_planned() -> bool:
            return bool(await self.pool.fetchval(_PLANNED, workflow_id, due_at))

        await eventually(f"workflow {workflow_id} planned for {due_at}", is_planned)

    async def move_clock_to(self, instant: datetime) -> None:
        """Let the rule clock of both services stand just before an instant; it goes on from there."""
        for schema in ("executor", "scheduler"):
            await self.pool.execute(_SHIFT.format(schema=schema), instant - timedelta(milliseconds=5))

    async def let_pass(self, minutes: int) -> None:
        """Move the rule clock of both services forward."""
        for schema in ("executor", "scheduler"):
            await self.pool.execute(_MOVE.format(schema=schema), timedelta(minutes=minutes))

    async def come_due(self, *workflow_ids: int, minute: int) -> datetime:
        """Move the clock to the next instant of workflows that are due at the same minute, and return it."""
        due_at = await self.next_due(minute)
        await asyncio.gather(*(self.planned(workflow_id, due_at) for workflow_id in workflow_ids))
        await self.move_clock_to(due_at)
        return due_at

    async def occurrence(self, workflow_id: int, due_at: datetime) -> dict[str, Any] | None:
        """Return what the API says of an occurrence; None when it knows none, or does not answer."""
        path = f"/v1/workflows/{workflow_id}/occurrences"
        answer = await self.client.get(path, params={"from": due_at.isoformat(), "limit": 1000})
        if not answer.is_success:
            return None
        rows: list[dict[str, Any]] = answer.json()["data"]
        return next((row for row in rows if row["dueAt"] and datetime.fromisoformat(row["dueAt"]) == due_at), None)

    async def completed(
        self, workflow_id: int, due_at: datetime, *, seconds: float = PATIENCE_SECONDS
    ) -> dict[str, Any]:
        """Wait until an occurrence has ended, and return it."""

        async def look() -> dict[str, Any] | None:
            row = await self.occurrence(workflow_id, due_at)
            return row if row is not None and row["completedAt"] is not None else None

        return await eventually(
            f"the occurrence of workflow {workflow_id} at {due_at} completed", look, seconds=seconds
        )

    async def killed(self, name: str) -> None:
        """Wait until a process has ended as by kill -9, by itself or by somebody else."""
        process = self.process(name)

        async def is_gone() -> bool:
            return process.exit_code is not None

        await eventually(f"{name} is gone", is_gone)
        assert process.exit_code == -signal.SIGKILL, f"{name} ended with {process.exit_code}, not by SIGKILL"

    async def revive(self, *names: str, failpoint: str = "") -> None:
        """Start processes again that have ended, plainly or with a crash point, and wait until they serve."""
        for name in names:
            await self.launch(name, failpoint=failpoint)
        for name in names:
            await self.process(name).ready()

    async def launch(self, name: str, *, failpoint: str = "") -> None:
        """Start a process again, and do not wait for it, for it may die before it serves."""
        self.switches[name][VARIABLE] = failpoint
        await self.process(name).launch()


@asynccontextmanager
async def staged(
    *, database_url: str, kafka: str, key: str, folder: Path, prefix: str, cast: Cast | None = None
) -> AsyncIterator[Stage]:
    """Run services on a migrated database that holds an API key; the topics are declared here."""
    cast = cast or Cast()
    surroundings = Apart(database_url, kafka, State(folder), prefix)
    switches = {name: _switches(cast, name) for name in (*_names("scheduler", cast), *_names("executor", cast))}
    prefixes = {prefix, *(switch.get(PREFIX_VARIABLE, prefix) for switch in switches.values())}
    topics = [*TOPICS, Topic(name=PUBLISHED, partitions=4, retention_ms=-1)]
    await declare_topics(kafka, [topic for each in sorted(prefixes) for topic in prefixed(each, topics)])
    launches = {name: Launch(environment=switch) for name, switch in switches.items()}
    async with (
        running_services(
            surroundings,
            schedulers=[launches[name] for name in _names("scheduler", cast)],
            executors=[launches[name] for name in _names("executor", cast)],
        ) as services,
        httpx2.AsyncClient(
            base_url=services.executors[0].url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
            trust_env=False,
        ) as client,
        asyncpg.create_pool(database_url, min_size=0, max_size=4) as pool,
    ):
        stage = Stage(surroundings, services, client, pool, switches)
        try:
            yield stage
        except BaseException:  # whatever failed, the logs of the processes say more
            _print_logs(services)
            raise


@asynccontextmanager
async def fresh_stage(
    *, name: str, database_url: str, kafka: str, folder: Path, cast: Cast | None = None
) -> AsyncIterator[Stage]:
    """Run services on a database of this name, which the product's own commands prepare, with nothing in it but a key.

    `database_url` is that of the server's own database; `name` and a dot stand before the topics' names.
    """
    url, prefix = with_database(database_url, name), f"{name}."
    admin = await asyncpg.connect(database_url)
    await admin.execute(f'CREATE DATABASE "{name}"')
    surroundings = Apart(url, kafka, State(folder), prefix)
    await migrate(surroundings)
    key = await create_key(surroundings, name)
    async with staged(database_url=url, kafka=kafka, key=key, folder=folder, prefix=prefix, cast=cast) as running:
        yield running
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


def _names(word: str, cast: Cast) -> list[str]:
    count = cast.schedulers if word == "scheduler" else cast.executors
    return [word if number == 1 else f"{word}-{number}" for number in range(1, count + 1)]


def _switches(cast: Cast, name: str) -> dict[str, str]:
    own = dict(cast.environment.get(name, {}))
    return own | {VARIABLE: cast.failpoints[name]} if name in cast.failpoints else own


def _print_logs(services: Services) -> None:
    """Say what the processes said last; pytest shows it with the failure."""
    for child in services.children:
        tail = child.log.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace") if child.log.exists() else ""
        print(f"--- the end of the log of {child.name} (exit code {child.exit_code}) ---\n{tail}")
