"""Workflows as execution sees them: on or off, what was in force at an instant, revisions as they are run."""

from collections import OrderedDict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from executor_service.account.store import account_pauses, hold_account, is_account_paused
from executor_service.events import OccurrencesSkipped, to_new_event
from executor_service.workflows.domain.pauses import PauseSpan, end_of_pause
from executor_service.workflows.domain.revision import EndedPause, InForce, Revision, judge_instant, to_revision
from executor_service.workflows.domain.state import evolve_all
from executor_service.workflows.ports import NoSuchRevisionError, NoSuchWorkflowError, Outline, Standing
from executor_service.workflows.store.repository import to_state
from shared.event_store import Append
from shared.postgres import Connection, load_queries
from shared.postgres_event_store import PostgresEventStore
from shared.schedule import parse_schedule

_QUERIES = load_queries(__file__)

_CACHED_REVISIONS: Final = 1_000


class RevisionCache:
    """Revisions as they are run, the last thousand that were asked for; one a process, since none ever changes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], Revision] = OrderedDict()

    def get(self, workflow_id: int, revision: int) -> Revision | None:
        """Return a revision, null when it is not kept."""
        found = self._kept.get((workflow_id, revision))
        if found is not None:
            self._kept.move_to_end((workflow_id, revision))
        return found

    def put(self, revision: Revision) -> None:
        """Keep a revision, and let the one go that was not asked for the longest."""
        self._kept[(revision.workflow_id, revision.revision)] = revision
        if len(self._kept) > _CACHED_REVISIONS:
            self._kept.popitem(last=False)


class PostgresWorkflows:
    """See ports.Workflows."""

    def __init__(self, connection: Connection, cache: RevisionCache) -> None:
        self._connection = connection
        self._cache = cache

    async def lock_for_evaluation(self, workflow_id: int) -> bool:
        """See Workflows."""
        await hold_account(self._connection)
        return await self._connection.fetchval(_QUERIES["lock_shared"], workflow_id) is not None

    async def outline(self, workflow_id: int) -> Outline | None:
        """See Workflows."""
        row = await self._connection.fetchrow(_QUERIES["outline"], workflow_id)
        return None if row is None else Outline(**dict(row))

    async def paused_among(self, workflow_ids: Sequence[int]) -> AbstractSet[int]:
        """See Workflows."""
        is_account = await is_account_paused(self._connection)
        rows = await self._connection.fetch(_QUERIES["paused_among"], list(workflow_ids), is_account)
        return {row["id"] for row in rows}

    async def deleted_among(self, workflow_ids: Sequence[int]) -> list[int]:
        """See Workflows."""
        rows = await self._connection.fetch(_QUERIES["deleted_among"], list(workflow_ids))
        return [row["id"] for row in rows]

    async def in_force(self, workflow_id: int, due_at: datetime) -> InForce | None:
        """See Workflows."""
        row = await self._connection.fetchrow(_QUERIES["in_force"], workflow_id, due_at)
        if row is None:
            return None
        current = None
        if row["revision"] is not None:
            kept = await self.revision(workflow_id, row["revision"])
            current = replace(kept, time_zone_id=row["time_zone_id"])
        is_named = current is not None and current.names(due_at)
        return InForce(
            on=row["was_on"],
            on_now=row["on_now"],
            deleted=row["deleted"],
            schedule="NAMED" if is_named else await self._judge_others(workflow_id, due_at),
            revision=current,
            paused_now=row["is_paused"] or await is_account_paused(self._connection),
            pause=await self._pause(workflow_id, due_at),
        )

    async def _pause(self, workflow_id: int, due_at: datetime) -> EndedPause | None:
        rows = await self._connection.fetch(_QUERIES["pauses"], workflow_id, due_at)
        spans = [*rows, *await account_pauses(self._connection, after=due_at)]
        end = end_of_pause(due_at, [PauseSpan(row["paused_at"], row["resumed_at"]) for row in spans])
        if end is None:
            return None
        newest = await self._connection.fetchval(_QUERIES["newest_at"], workflow_id, end)
        schedule = None if newest is None else (await self.revision(workflow_id, newest)).schedule
        return EndedPause(end, "LATEST" if schedule is None else schedule.catching_up.policy)

    async def _judge_others(self, workflow_id: int, due_at: datetime) -> Literal["EDITED", "NOT_NAMED"]:
        rows = await self._connection.fetch(_QUERIES["schedules"], workflow_id)
        return judge_instant(due_at, [(parse_schedule(row["schedule"]), row["time_zone_id"]) for row in rows])

    async def standing(self, workflow_id: int) -> Standing:
        """See Workflows."""
        is_account = await is_account_paused(self._connection)
        row = await self._connection.fetchrow(_QUERIES["standing"], workflow_id)
        if row is None:
            return Standing(False, False)
        # What is deleted has nothing that could begin: its enrollments end whatever is paused.
        return Standing(row["is_on"], (row["is_paused"] or is_account) and not row["is_deleted"])

    async def is_deleted(self, workflow_id: int) -> bool:
        """See Workflows."""
        return await self._connection.fetchval(_QUERIES["is_deleted"], workflow_id) is not False

    async def object_type_id(self, workflow_id: int) -> str | None:
        """See Workflows."""
        found: str | None = await self._connection.fetchval(_QUERIES["object_type"], workflow_id)
        return found

    async def revision(self, workflow_id: int, revision: int) -> Revision:
        """See Workflows."""
        kept = self._cache.get(workflow_id, revision)
        if kept is not None:
            return kept
        row = await self._connection.fetchrow(_QUERIES["revision"], workflow_id, revision)
        if row is None:
            raise NoSuchRevisionError(workflow_id, revision)
        found = to_revision(workflow_id, revision, row["document"], row["time_zone_id"])
        self._cache.put(found)
        return found

    async def append_skips(self, workflow_id: int, skips: Sequence[OccurrencesSkipped]) -> int:
        """See Workflows."""
        row = await self._connection.fetchrow(_QUERIES["lock"], workflow_id)
        if row is None:
            raise NoSuchWorkflowError(workflow_id)
        state = to_state(row)
        after = evolve_all(state, skips)
        await self._connection.execute(_QUERIES["advance"], workflow_id, after.version)
        log = PostgresEventStore(self._connection)
        return await log.append([Append(state.stream, state.version, [to_new_event(skip) for skip in skips])])
