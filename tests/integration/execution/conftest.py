"""A small world for execution: contacts, workflows made by their own handlers, occurrences that are due, sessions."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from executor_service.execution.actions import Catalogue
from executor_service.execution.handlers.accepting import accept_due
from executor_service.execution.handlers.advancing import Worker, advance_next
from executor_service.execution.handlers.completing import complete_ended
from executor_service.execution.handlers.evaluating import evaluate_next
from executor_service.execution.store import EVALUATOR, WORKER, DatabaseSession, ExecutionWork, Lower, session_opener
from executor_service.records.domain.values import StoredValue
from executor_service.records.ports import Definitions, Source
from executor_service.records.store import PostgresRecords
from executor_service.workflows.handlers import create_workflow
from executor_service.workflows.store import PostgresWorkflows, RevisionCache, WorkflowWork
from shared.contracts import OccurrenceDue, scheduled_occurrence_id
from shared.event_store import RecordedEvent
from shared.failpoints import switch_on
from shared.postgres import Connection, Pool
from shared.postgres_event_store import to_recorded
from tests.conftest import Database

CONTACTS = "0-1"


def branch_of(*filters: dict[str, Any]) -> dict[str, Any]:
    """Return the filter branch of these filters, all of which must hold; of none: everyone."""
    inner = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [], "filters": list(filters)}
    return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filterBranches": [inner], "filters": []}


EVERYONE = branch_of()


async def _zone(_connection: Connection) -> str:
    return "UTC"


async def _definitions(connection: Connection, object_type_id: str) -> Definitions:
    return await PostgresRecords(connection).definitions(object_type_id)


def set_property(action_id: str, name: str, value: object, then: str | None = None) -> dict[str, Any]:
    action: dict[str, Any] = {
        "type": "SINGLE_CONNECTION",
        "actionId": action_id,
        "actionTypeVersion": 0,
        "actionTypeId": "0-5",
        "fields": {"property_name": name, "value": {"type": "STATIC_VALUE", "staticValue": value}},
    }
    return action if then is None else action | {"connection": {"edgeType": "STANDARD", "nextActionId": then}}


def city_is(city: str) -> dict[str, Any]:
    operation = {"operationType": "MULTISTRING", "operator": "IS_EQUAL_TO", "values": [city]}
    return branch_of({"filterType": "PROPERTY", "property": "city", "operation": operation})


def flow(actions: Sequence[dict[str, Any]], branch: dict[str, Any], hour: int) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": "CONTACT_FLOW",
        "flowType": "WORKFLOW",
        "objectTypeId": CONTACTS,
        "name": "A morning's work",
        "isEnabled": True,
        "actions": list(actions),
        "enrollmentCriteria": {"type": "LIST_BASED", "shouldReEnroll": True, "listFilterBranch": branch},
        "enrollmentSchedule": {"type": "DAILY", "timeOfDay": {"hour": hour, "minute": 0}, "timeZoneId": "UTC"},
    }
    return document | ({"startActionId": actions[0]["actionId"]} if actions else {})


@dataclass(slots=True)
class World:
    """What the tests of execution are given."""

    url: str
    pool: Pool
    cache: RevisionCache = field(default_factory=RevisionCache)
    sessions: list[DatabaseSession] = field(default_factory=list)

    @property
    def lower(self) -> Lower:
        """The packages below."""
        return Lower(workflows=lambda connection: PostgresWorkflows(connection, self.cache), records=PostgresRecords)

    def open_work(self) -> ExecutionWork:
        """Return a transaction of execution on a connection of the pool."""
        return ExecutionWork(self.pool, self.lower)

    def workflow_work(self) -> WorkflowWork:
        """Return a transaction of the workflows' own handlers."""
        return WorkflowWork(self.pool, zone=_zone, definitions=_definitions)

    def session(self, settings: dict[str, str] = WORKER) -> DatabaseSession:
        """Return a session that is closed when the test ends."""
        session = DatabaseSession(session_opener(self.url, schema="executor", settings=settings), self.lower)
        self.sessions.append(session)
        return session

    async def contacts(self, count: int, **values: StoredValue) -> list[int]:
        """Make contacts that hold these values."""
        async with self.open_work() as work:
            created = await work.records.create(CONTACTS, [values] * count, Source("API"))
            await work.commit()
        return [record_id for record_id in created.ids if record_id is not None]

    async def archive(self, *record_ids: int) -> None:
        """Archive contacts."""
        async with self.open_work() as work:
            await work.records.archive(CONTACTS, record_ids)
            await work.commit()

    async def workflow(
        self, *actions: dict[str, Any], branch: dict[str, Any] = EVERYONE, hour: int | None = None
    ) -> int:
        """Make a workflow that is on and due every day, by default at an hour that is a few hours away."""
        now = await self.now()
        work = self.workflow_work()
        body = flow(actions, branch, (now.hour + 3) % 24 if hour is None else hour)
        written = await create_workflow(work=work, catalogue=Catalogue(), body=body, may_publish=True)
        return written.state.workflow_id

    async def now(self) -> datetime:
        """Return the instant by which rules decide."""
        instant: datetime = await self.pool.fetchval("SELECT rule_time()")
        return instant

    async def pass_to(self, instant: datetime) -> None:
        """Move the clock to one second after an instant."""
        shift = instant - await self.pool.fetchval("SELECT clock_timestamp()") + timedelta(seconds=1)
        await self.pool.execute("UPDATE rule_clock SET shift = $1", shift)

    async def due_message(self, workflow_id: int, *, days: int = 0) -> OccurrenceDue:
        """Return the message about a workflow's next occurrence, or one some days later."""
        document = await self.pool.fetchval("SELECT document FROM workflows WHERE id = $1", workflow_id)
        now, hour = await self.now(), document["enrollmentSchedule"]["timeOfDay"]["hour"]
        due_at = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        due_at += timedelta(days=days + (due_at <= now))
        return OccurrenceDue(
            workflow_id=str(workflow_id),
            revision_id="1",
            occurrence_id=scheduled_occurrence_id(workflow_id, due_at),
            due_at=due_at,
            nominal=due_at.strftime("%Y-%m-%dT%H:%M"),
            local_time=due_at.isoformat(),
            time_zone_id="UTC",
            tzdata="2026.6",
        )

    async def come_due(self, workflow_id: int, *, days: int = 0) -> OccurrenceDue:
        """Let the clock pass a workflow's next occurrence and accept its message."""
        message = await self.due_message(workflow_id, days=days)
        await self.pass_to(message.due_at)
        await accept_due(message, event_id=f"due/{message.occurrence_id}", open_work=self.open_work)
        return message

    async def evaluate(self) -> None:
        """Evaluate whatever is due."""
        session = self.session(EVALUATOR)
        while await evaluate_next(session=session) == 0.0:
            pass

    async def advance(self, name: str = "worker") -> None:
        """Advance whatever is ready, and look for ends."""
        session, worker = self.session(), Worker(name, Catalogue())
        while await advance_next(session=session, worker=worker) == 0.0:
            pass

    async def complete(self) -> None:
        """Complete the occurrences that are over."""
        session = self.session(EVALUATOR)
        while await complete_ended(session=session) == 0.0:
            pass

    async def events(self, *types: str) -> list[RecordedEvent]:
        """Return the events of the log of these types, in order."""
        rows = await self.pool.fetch("SELECT * FROM events WHERE type = ANY ($1) ORDER BY position", list(types))
        return [to_recorded(row) for row in rows]

    async def states(self, workflow_id: int) -> list[str]:
        """Return the states of a workflow's occurrences, by instant."""
        query = "SELECT state FROM occurrences WHERE workflow_id = $1 ORDER BY due_at"
        return [row["state"] for row in await self.pool.fetch(query, workflow_id)]

    async def values(self, name: str) -> dict[int, object]:
        """Return a property of all contacts, by id."""
        rows = await self.pool.fetch("SELECT id, properties -> $1 AS value FROM records", name)
        return {row["id"]: row["value"] for row in rows}

    async def groups(self) -> list[tuple[str, str | None, int]]:
        """Return what the claims' events say became of records: outcome, reason, number; summed up and sorted."""
        sums: dict[tuple[str, str | None], int] = {}
        for event in await self.events("ActionDone"):
            for group in event.data["groups"]:
                key = group["outcome"], group["reason"]
                sums[key] = sums.get(key, 0) + group["count"]
        return sorted(((*key, count) for key, count in sums.items()), key=str)


@pytest.fixture
async def world(database: Database, executor_pool: Pool) -> AsyncIterator[World]:
    """A migrated executor without workflows and records."""
    made = World(database.url, executor_pool)
    yield made
    switch_on("")
    for session in made.sessions:
        await session.close()
