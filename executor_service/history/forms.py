"""The rows of the history as they are answered with; names and shapes are public."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from executor_service.history.domain.causes import Item
from executor_service.history.domain.performance import Day, Totals
from shared.contracts import enrollment_id
from shared.event_store import RecordedEvent

Row = asyncpg.Record

_COUNTS = ("matched", "enrolled", "suppressed", "missing", "active", "completed", "unenrolled")


def occurrence_form(row: Row) -> dict[str, Any]:
    """Return an occurrence."""
    return {
        "id": str(row["id"]),
        "workflowId": str(row["workflow_id"]),
        "revisionId": row["revision_id"],
        "trigger": row["trigger"],
        "dueAt": row["due_at"],
        "localTime": row["local_time"],
        "timeZoneId": row["time_zone_id"],
        "state": row["state"],
        "skipReason": row["skip_reason"],
        "skip": row["skip"],
        "failure": row["failure"],
        "counts": {name: row[name] for name in _COUNTS} | {"alreadyEnrolled": row["already_enrolled"]},
        "recordedAt": row["recorded_at"],
        "evaluatedAt": row["evaluated_at"],
        "completedAt": row["completed_at"],
        "position": row["position"],
    }


def enrollment_form(row: Row) -> dict[str, Any]:
    """Return an enrollment; its id is derived."""
    active = row["status"] == "ACTIVE"
    return {
        "id": str(enrollment_id(row["occurrence_id"], row["record_id"])),
        "recordId": str(row["record_id"]),
        "occurrenceId": str(row["occurrence_id"]),
        "revisionId": row["revision_id"],
        "status": row["status"],
        "enrolledAt": row["enrolled_at"],
        "endedAt": row["ended_at"],
        "reason": row["reason"],
        "currentActionId": row["action_id"] if active else None,
        "nextActionAt": row["next_action_at"],
        "position": row["position"],
    }


def enrollment_in_workflow_form(row: Row) -> dict[str, Any]:
    """Return an enrollment among those of all workflows."""
    return enrollment_form(row) | {"workflowId": str(row["workflow_id"])}


def metrics_form(totals: Totals, days: Sequence[Day], waiting: Mapping[str, int]) -> dict[str, Any]:
    """Return how a workflow does."""
    return {
        "totals": _four(totals),
        "goalRate": totals.goal_rate,
        "byDay": [{"date": day.date.isoformat()} | _four(day) for day in days],
        "waiting": dict(waiting),
    }


def _four(counted: Totals | Day) -> dict[str, int]:
    return {name: getattr(counted, name) for name in ("enrolled", "active", "completed", "unenrolled")}


def log_form(row: Row) -> dict[str, Any]:
    """Return a row of the action log."""
    return {
        "position": row["position"],
        "at": row["at"],
        "recordId": str(row["record_id"]),
        "actionId": row["action_id"],
        "actionTypeId": row["action_type_id"],
        "event": row["event"],
        "group": row["grp"],
        "message": row["message"],
        "occurrenceId": str(row["occurrence_id"]),
        "revisionId": row["revision_id"],
        "details": row["details"],
    }


def item_form(item: Item) -> dict[str, Any]:
    """Return an item of what needs review."""
    cause = item.cause
    return {
        "id": str(cause.id),
        "kind": cause.kind,
        "state": item.state,
        "workflowId": None if cause.workflow_id is None else str(cause.workflow_id),
        "occurrenceId": None if cause.occurrence_id is None else str(cause.occurrence_id),
        "since": item.since,
        "lastAt": cause.last_at,
        "count": item.count,
        "message": cause.message,
        "sample": list(cause.sample),
        "details": {"reason": cause.reason or None, **cause.details},
    }


def event_form(event: RecordedEvent) -> dict[str, Any]:
    """Return an event of the log."""
    return {
        "position": event.position,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "data": event.data,
        "recordIds": None if event.record_ids is None else [str(record_id) for record_id in event.record_ids],
        "metadata": event.metadata,
        "recordedAt": event.recorded_at,
    }


def workflow_form(row: Row, *, last: Row | None, sentence: str | None, next_at: Any) -> dict[str, Any]:
    """Return a workflow; `sentence` and `next_at` are computed when read."""
    paused_at = row["paused_at"] or row["account_paused_at"]
    return {
        "id": str(row["id"]),
        "name": row["name"],
        "objectTypeId": row["object_type_id"],
        "revisionId": row["revision_id"],
        "isEnabled": row["is_enabled"],
        "isPaused": paused_at is not None,
        "pausedAt": paused_at,
        "pausedBy": _paused_by(row),
        "sentence": sentence,
        "timeZoneId": row["time_zone_id"],
        "nextOccurrenceAt": next_at,
        "lastOccurrence": None if last is None else occurrence_form(last),
        "activeEnrollments": row["active"],
        "totalEnrollments": row["enrolled"],
        "deletedAt": row["deleted_at"],
        "position": row["position"],
    }


def _paused_by(row: Row) -> str | None:
    if row["paused_at"] is not None:
        return "WORKFLOW"
    return None if row["account_paused_at"] is None else "ACCOUNT"
