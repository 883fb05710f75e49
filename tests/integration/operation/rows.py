"""Rows as they stand when work waits, written as the owner would."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.contracts import derived_id
from shared.kafka import RawMessage
from shared.postgres import Pool


async def workflow(pool: Pool, workflow_id: int, *, is_paused: bool) -> None:
    """Write a workflow that is on."""
    await pool.execute(
        """
        INSERT INTO workflows (id, is_enabled, revision, version, document, highest_action_id, time_zone_id,
                               created_at, updated_at, paused_at)
        VALUES ($1, true, 1, 1, '{}', 0, 'UTC', rule_time(), rule_time(), CASE WHEN $2 THEN rule_time() END)
        """,
        workflow_id,
        is_paused,
    )


async def occurrence(pool: Pool, workflow_id: int, *, due_before: timedelta) -> None:
    """Write an occurrence that was due so long ago and waits for its evaluation."""
    await pool.execute(
        """
        INSERT INTO occurrences (id, workflow_id, object_type_id, trigger, due_at, local_time, time_zone_id,
                                 named_revision, version)
        VALUES ($1, $2, '0-1', 'SCHEDULE', rule_time() - $3::interval, '', 'UTC', '1', 1)
        """,
        _id("occurrence", workflow_id, due_before),
        workflow_id,
        due_before,
    )


async def cohort(pool: Pool, workflow_id: int, *, ready_before: timedelta, owner: str | None = None) -> None:
    """Write a cohort of one record that became ready so long ago."""
    await pool.execute(
        """
        INSERT INTO cohorts (id, workflow_id, occurrence_id, revision, object_type_id, action_id, ready_at, size,
                             owner, lease_until, record_ids)
        VALUES ($1, $2, $1, 1, '0-1', '1', rule_time() - $3::interval, 1, $4,
                CASE WHEN $4::text IS NOT NULL THEN clock_timestamp() END, '{1}')
        """,
        _id("cohort", workflow_id, ready_before),
        workflow_id,
        ready_before,
        owner,
    )


def letter(offset: int) -> RawMessage:
    """Return a message that nobody could read."""
    return RawMessage("workflows.due.v1", 0, offset, datetime(2026, 11, 27, tzinfo=UTC), b"1", b"{", ())


def _id(word: str, workflow_id: int, age: timedelta) -> UUID:
    return derived_id(f"{word} of a test/{workflow_id}/{age}")
