"""The schedules and the log, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import orjson

from scheduler_service.domain import ScheduleState, stream_of
from scheduler_service.ports import Schedules
from shared.event_store import EventStore
from shared.postgres import Connection, Pool, Transaction, load_queries
from shared.postgres_event_store import PostgresEventStore
from shared.recurrence import Progress

_QUERIES = load_queries(__file__)
_MOST_ALREADY_DUE = 1000


class PostgresSchedules:
    """See ports.Schedules."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self, workflow_id: int) -> ScheduleState:
        """See Schedules."""
        await self._connection.execute(_QUERIES["add"], workflow_id)
        row = await self._connection.fetchrow(_QUERIES["lock"], workflow_id)
        return ScheduleState(workflow_id) if row is None else _to_state(row)

    async def claim_due(self, now: datetime, limit: int) -> list[ScheduleState]:
        """See Schedules."""
        return [_to_state(row) for row in await self._connection.fetch(_QUERIES["claim_due"], now, limit)]

    async def advance(self, states: Sequence[ScheduleState]) -> None:
        """See Schedules."""
        await self._connection.execute(
            _QUERIES["advance"],
            [state.workflow_id for state in states],
            [state.version for state in states],
            [state.progress.through for state in states],
            [_beyond(state.progress) for state in states],
            [state.last_due_at for state in states],
            [state.next_due_at for state in states],
            [state.set_aside for state in states],
        )

    async def replace(self, state: ScheduleState) -> None:
        """See Schedules."""
        await self._connection.execute(
            _QUERIES["replace"],
            state.workflow_id,
            state.version,
            state.workflow_version,
            state.revision,
            state.schedule,
            state.zone,
            state.on_since,
            state.known_since,
            state.progress.through,
            _beyond(state.progress),
            state.last_due_at,
            orjson.dumps(state.already_due).decode(),
            state.next_due_at,
            state.set_aside,
        )

    async def nearest(self) -> datetime | None:
        """See Schedules."""
        found: datetime | None = await self._connection.fetchval(_QUERIES["nearest"])
        return found

    async def due_after(self, workflow_id: int, instant: datetime) -> list[datetime]:
        """See Schedules."""
        stream = stream_of(workflow_id)
        rows = await self._connection.fetch(_QUERIES["due_after"], stream, instant, _MOST_ALREADY_DUE)
        return [row["due_at"] for row in rows]


def _beyond(progress: Progress) -> str:
    return orjson.dumps(sorted(progress.beyond)).decode()


def _to_state(row: asyncpg.Record) -> ScheduleState:
    return ScheduleState(
        workflow_id=row["workflow_id"],
        version=row["version"],
        workflow_version=row["workflow_version"],
        revision=row["revision"],
        schedule=row["schedule"],
        zone=row["zone"],
        on_since=row["on_since"],
        known_since=row["known_since"],
        progress=Progress(row["last_nominal"], frozenset(row["beyond"])),
        last_due_at=row["last_due_at"],
        already_due=tuple(datetime.fromisoformat(text) for text in row["already_due"]),
        next_due_at=row["next_due_at"],
        set_aside=row["set_aside"],
    )


class SchedulerWork(Transaction):
    """One transaction with the ports of the scheduler; see ports.Work."""

    schedules: Schedules
    events: EventStore

    def ports(self) -> None:
        """Bind the ports to the connection of the transaction."""
        self.schedules = PostgresSchedules(self.connection)
        self.events = PostgresEventStore(self.connection)

    async def rule_time(self) -> datetime:
        """See Work."""
        now: datetime = await self.connection.fetchval(_QUERIES["rule_time"])
        return now


async def known_version(workflow_id: int, *, pool: Pool) -> int:
    """Return the version of the last change of a workflow that was taken over, 0 when there is none."""
    return int(await pool.fetchval(_QUERIES["known_version"], workflow_id) or 0)
