"""The rows of a batch as COPY and the statements take them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from executor_service.history.domain.board import Standing
from executor_service.history.domain.rows import (
    LogRow,
    OccurrenceAdded,
    OccurrenceChanged,
    PageEnrolled,
    RecordsLogged,
    RecordsMoved,
    WorkflowChanged,
)

Row = tuple[Any, ...]

PAGES: Final = ("position", "workflow_id", "occurrence_id", "revision_id", "enrolled_at", "size", "record_ids")
LOG: Final = (
    *("position", "n", "workflow_id", "occurrence_id", "revision_id", "page_position", "action_id", "action_type_id"),
    *("event", "grp", "at", "message", "details", "size", "record_ids"),
)
COHORTS: Final = (
    *("position", "n", "workflow_id", "occurrence_id", "page_position", "status", "action_id", "next_action_at"),
    *("ended_at", "reason", "first_id", "last_id", "size", "record_ids"),
)


def page_row(page: PageEnrolled) -> Row:
    """Return a page in the order of PAGES."""
    ids = list(page.record_ids)
    return (page.position, page.workflow_id, page.occurrence_id, page.revision_id, page.at, len(ids), ids)


def log_rows(
    change: PageEnrolled | RecordsMoved | RecordsLogged, rows: Iterable[LogRow], *, n: int, page_position: int | None
) -> Iterator[Row]:
    """Yield rows of the action log in the order of LOG; with a page they are about all of its records."""
    ids = list(change.record_ids) if page_position is None else None
    action = (change.from_action_id, change.action_type_id) if isinstance(change, RecordsMoved) else (None, None)
    for offset, row in enumerate(rows):
        yield (
            *(change.position, n + offset, change.workflow_id, change.occurrence_id, change.revision_id, page_position),
            *action,
            *(row.event, row.group, change.at, row.message, row.details, len(change.record_ids), ids),
        )


def cohort_row(standing: Standing) -> Row:
    """Return a standing in the order of COHORTS."""
    ids = list(standing.record_ids)
    return (
        *(standing.position, standing.n, standing.workflow_id, standing.occurrence_id, standing.page_position),
        *(standing.status, standing.action_id, standing.next_action_at, standing.ended_at, standing.reason),
        *(ids[0], ids[-1], len(ids), None if standing.whole else ids),
    )


def workflow_row(change: WorkflowChanged) -> Row:
    """Return the parameters of `change_workflow`."""
    return (
        *(change.workflow_id, change.revision_id, change.sets_document, change.name, change.object_type_id),
        *(change.schedule, change.time_zone_id, change.is_enabled, change.deleted_at, change.position),
        *(change.in_force_since, change.sets_pause, change.paused_at),
    )


def occurrence_row(change: OccurrenceAdded) -> Row:
    """Return the parameters of `add_occurrence`."""
    return (
        *(change.occurrence_id, change.workflow_id, change.revision_id, change.trigger, change.due_at),
        *(change.local_time, change.time_zone_id, change.state, change.skip_reason, change.skip),
        *(change.recorded_at, change.completed_at, change.position),
    )


def occurrence_columns(change: OccurrenceChanged) -> Row:
    """Return the parameters of `change_occurrence`."""
    return (
        *(change.occurrence_id, change.state, change.revision_id, change.skip_reason, change.failure),
        *(change.matched, change.enrolled, change.already_enrolled, change.suppressed, change.missing),
        *(change.evaluated_at, change.completed_at),
    )
