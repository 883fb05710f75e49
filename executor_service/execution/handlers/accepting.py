"""Accepting what the scheduler says: stored once, whatever the number and the order of its messages.

Nothing is decided here but the message's own shape; whether an occurrence runs is decided when it is evaluated.
"""

from collections.abc import Iterable
from datetime import datetime

from executor_service.events import OccurrenceRecorded, to_new_event
from executor_service.events import OccurrencesSkipped as SkipsTakenOver
from executor_service.execution.ports import OpenWork
from executor_service.records.domain.values import is_storable_text
from shared.contracts import OccurrenceDue, OccurrencesSkipped, scheduled_occurrence_id
from shared.event_store import Append
from shared.failpoints import failpoint
from shared.kafka import RefusedMessageError


async def accept_due(message: OccurrenceDue, *, event_id: str, open_work: OpenWork) -> bool:
    """Store an occurrence with its event; false when it was stored before.

    `event_id` is the message's `ce_id`. Raises RefusedMessageError for an id that is not the one of workflow and
    instant, and for a workflow that never was.
    """
    workflow_id = int(message.workflow_id)
    _check_id(message, workflow_id)
    _check_texts((message.revision_id, message.nominal, message.local_time, message.time_zone_id, message.tzdata))
    async with open_work() as work:
        object_type_id = await work.workflows.object_type_id(workflow_id)
        if object_type_id is None:
            raise RefusedMessageError("NO_SUCH_WORKFLOW", f"there is no workflow {workflow_id}")
        if not await work.occurrences.record(message, object_type_id=object_type_id):
            return False
        recorded = _recorded(message, object_type_id)
        stream = f"occurrence-{message.occurrence_id}"
        await work.events.append([Append(stream, 0, [to_new_event(recorded)], {"causationId": event_id})])
        failpoint("executor.accepted_before_commit")
        await work.commit()
    return True


async def accept_skips(message: OccurrencesSkipped, *, event_id: str, open_work: OpenWork) -> bool:
    """Store what the scheduler skipped and take it over into the workflow's stream; false when that was done before.

    `event_id` is the message's `ce_id`: one event is taken over once. Raises RefusedMessageError for a workflow that
    never was.
    """
    workflow_id = int(message.workflow_id)
    _check_texts((event_id, message.revision_id, message.first, message.last))
    async with open_work() as work:
        if await work.workflows.object_type_id(workflow_id) is None:
            raise RefusedMessageError("NO_SUCH_WORKFLOW", f"there is no workflow {workflow_id}")
        if not await work.occurrences.record_skips(message, event_id=event_id):
            return False
        taken_over = SkipsTakenOver(
            workflow_id=message.workflow_id,
            revision_id=message.revision_id,
            source_event_id=event_id,
            reason=message.reason,
            first=message.first,
            last=message.last,
            count=message.count,
        )
        await work.workflows.append_skips(workflow_id, [taken_over])
        failpoint("executor.accepted_before_commit")
        await work.commit()
    return True


def _check_id(message: OccurrenceDue, workflow_id: int) -> None:
    if message.due_at.tzinfo is None:
        raise RefusedMessageError("NOT_AN_INSTANT", "dueAt has no offset")
    if message.occurrence_id != _id_of(workflow_id, message.due_at):
        raise RefusedMessageError("WRONG_OCCURRENCE_ID", "occurrenceId is not the one of workflowId and dueAt")


def _id_of(workflow_id: int, due_at: datetime) -> object:
    try:
        return scheduled_occurrence_id(workflow_id, due_at)
    except OverflowError as error:
        raise RefusedMessageError("NOT_AN_INSTANT", "dueAt is beyond the calendar") from error


def _check_texts(texts: Iterable[str]) -> None:
    if not all(map(is_storable_text, texts)):
        raise RefusedMessageError("NOT_A_TEXT", "a text holds NUL or a lone surrogate")


def _recorded(message: OccurrenceDue, object_type_id: str) -> OccurrenceRecorded:
    return OccurrenceRecorded(
        workflow_id=message.workflow_id,
        occurrence_id=message.occurrence_id,
        revision_id=message.revision_id,
        object_type_id=object_type_id,
        trigger="SCHEDULE",
        due_at=message.due_at,
        nominal=message.nominal,
        local_time=message.local_time,
        time_zone_id=message.time_zone_id,
        tzdata=message.tzdata,
    )
