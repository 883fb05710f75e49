"""Workflows as their own handlers see them: locked, changed, stored with what was put in force."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from executor_service.workflows.domain.state import Plan, WorkflowState
from executor_service.workflows.ports import NoSuchWorkflowError
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


class PostgresRepository:
    """See ports.Repository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def now(self) -> datetime:
        """See Repository."""
        now: datetime = await self._connection.fetchval(_QUERIES["now"])
        return now

    async def draw_id(self) -> int:
        """See Repository."""
        return int(await self._connection.fetchval(_QUERIES["draw_id"]))

    async def lock(self, workflow_id: int) -> WorkflowState:
        """See Repository."""
        return _present(workflow_id, await self._connection.fetchrow(_QUERIES["lock"], workflow_id))

    async def lock_enabled(self) -> list[WorkflowState]:
        """See Repository."""
        return [to_state(row) for row in await self._connection.fetch(_QUERIES["lock_enabled"])]

    async def load(self, workflow_id: int) -> WorkflowState:
        """See Repository."""
        return _present(workflow_id, await self._connection.fetchrow(_QUERIES["load"], workflow_id))

    async def page(self, *, after: int, limit: int) -> list[Mapping[str, Any]]:
        """See Repository."""
        return [_to_item(row) for row in await self._connection.fetch(_QUERIES["page"], after, limit)]

    async def write(self, before: WorkflowState, after: WorkflowState, plans: Sequence[Plan]) -> None:
        """See Repository."""
        await self._connection.execute(_QUERIES["write"], *_columns(after))
        if after.revision != before.revision:
            await self._connection.execute(
                _QUERIES["add_revision"], after.workflow_id, after.revision, dict(after.content)
            )
        if plans:
            await self._connection.execute(
                _QUERIES["add_plans"],
                after.workflow_id,
                [plan.version for plan in plans],
                [plan.revision for plan in plans],
                [plan.time_zone_id for plan in plans],
                [plan.effective_at for plan in plans],
            )
        if after.is_enabled and not before.is_enabled:
            await self._connection.execute(
                _QUERIES["open_span"], after.workflow_id, after.version, plans[-1].effective_at
            )
        if before.is_enabled and not after.is_enabled:
            await self._connection.execute(_QUERIES["close_span"], after.workflow_id, after.updated_at)
        await self._write_pause(before, after)

    async def _write_pause(self, before: WorkflowState, after: WorkflowState) -> None:
        if before.paused_at is None and after.paused_at is not None:
            await self._connection.execute(_QUERIES["open_pause"], after.workflow_id, after.version, after.paused_at)
        if before.paused_at is not None and after.paused_at is None:
            await self._connection.execute(_QUERIES["close_pause"], after.workflow_id, after.updated_at)


def _present(workflow_id: int, row: asyncpg.Record | None) -> WorkflowState:
    if row is None or row["deleted_at"] is not None:
        raise NoSuchWorkflowError(workflow_id)
    return to_state(row)


def to_state(row: asyncpg.Record) -> WorkflowState:
    """Return the workflow of a row."""
    return WorkflowState(
        workflow_id=row["id"],
        version=row["version"],
        revision=row["revision"],
        content=row["document"],
        is_enabled=row["is_enabled"],
        highest_action_id=row["highest_action_id"],
        time_zone_id=row["time_zone_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        deleted_at=row["deleted_at"],
        paused_at=row["paused_at"],
    )


def _columns(state: WorkflowState) -> tuple[object, ...]:
    return (
        state.workflow_id,
        state.is_enabled,
        state.revision,
        state.version,
        dict(state.content),
        state.highest_action_id,
        state.time_zone_id,
        state.created_at,
        state.updated_at,
        state.deleted_at,
        state.paused_at,
    )


def _to_item(row: asyncpg.Record) -> dict[str, Any]:
    item = {
        "id": str(row["id"]),
        "isEnabled": row["is_enabled"],
        "flowType": row["flow_type"],
        "name": row["name"],
        "uuid": row["uuid"],
        "objectTypeId": row["object_type_id"],
        "revisionId": str(row["revision"]),
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }
    return {name: value for name, value in item.items() if value is not None}
