"""Asking something of a workflow: that records be enrolled, that they leave, that it run now; and refusing a command.

Whoever asks only files a wish, in a transaction of its own that inserts and locks nothing of the workflow; its
evaluator takes the wish from the queue. A wish counts once by its command id: asked again, it has no further effect and
the same answer. `due_at` is read after the workflow was, so what held when it was asked is what holds at that instant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from executor_service.events import (
    CommandRefused,
    OccurrenceRecorded,
    Trigger,
    UnenrollmentRequested,
    to_new_event,
)
from executor_service.execution.domain.occurrences import AskedOccurrence, Occurrence
from executor_service.execution.domain.requests import RECORDS_AT_MOST, double_positions
from executor_service.execution.handlers.finding import living_among
from executor_service.execution.ports import OpenWork, Work
from executor_service.workflows.ports import NoSuchWorkflowError, Outline
from shared.contracts import asked_occurrence_id, derived_id, unenrollment_request_id
from shared.event_store import Append
from shared.failpoints import failpoint
from shared.recurrence import load_zone

__all__ = [
    "Asked",
    "CommandReusedError",
    "NoCriteriaError",
    "NoSuchWorkflowError",
    "TooManyRecordsError",
    "UnknownRecordsError",
    "WishRefusedError",
    "WorkflowOffError",
    "ask_enrollment",
    "ask_run",
    "ask_unenrollment",
    "refuse_command",
]

# A person who asks is told at once that nothing would come of it; what is filed by others is recorded and skipped.
_ASKED_BY_PEOPLE: frozenset[Trigger] = frozenset({"MANUAL", "RUN_NOW"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a wish came to: its occurrence, none for an unenrollment, and a position of the log that holds it."""

    occurrence_id: UUID | None
    position: int


class WishRefusedError(Exception):
    """A wish that is understood and not allowed; `code` says why in one word."""

    code: ClassVar[str]


class WorkflowOffError(WishRefusedError):
    """A workflow that is off enrolls nobody."""

    code = "WORKFLOW_OFF"

    def __init__(self, workflow_id: int) -> None:
        super().__init__(f"workflow {workflow_id} is off")
        self.workflow_id = workflow_id


class NoCriteriaError(WishRefusedError):
    """A workflow that enrolls by hand only has nothing that could be evaluated."""

    code = "NO_CRITERIA"

    def __init__(self, workflow_id: int) -> None:
        super().__init__(f"workflow {workflow_id} enrolls by hand only")
        self.workflow_id = workflow_id


class UnknownRecordsError(WishRefusedError):
    """Ids of no record of the workflow's type, or of an archived one; and those that stood before; by position."""

    code = "UNKNOWN_RECORDS"

    def __init__(self, positions: Sequence[int], doubles: Sequence[int] = ()) -> None:
        super().__init__(f"{len(positions)} ids are no records, {len(doubles)} stand twice")
        self.positions = tuple(positions)
        self.doubles = tuple(doubles)


class TooManyRecordsError(WishRefusedError):
    """More records than one wish may name."""

    code = "TOO_MANY"

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} records are named, at most {RECORDS_AT_MOST} may be")
        self.count = count


class CommandReusedError(WishRefusedError):
    """A command id that stands for another wish already."""

    code = "COMMAND_REUSED"

    def __init__(self, command_id: str) -> None:
        super().__init__("another wish was made under this id")
        self.command_id = command_id


async def ask_enrollment(
    workflow_id: int,
    record_ids: Sequence[int],
    *,
    trigger: Trigger,
    command_id: str,
    open_work: OpenWork,
    metadata: Mapping[str, Any],
) -> Asked:
    """Ask that these records be enrolled, whether they match or not.

    Raises NoSuchWorkflowError, WorkflowOffError (asked by people alone), UnknownRecordsError, TooManyRecordsError,
    CommandReusedError.
    """
    async with open_work() as work:
        known = await work.occurrences.find(asked_occurrence_id(workflow_id, trigger, command_id))
        if known is not None:
            return await _asked_before(work, known, command_id, record_ids)
        outline = await _outline(work, workflow_id, trigger)
        await _check_records(work, outline, record_ids)
        return await _file(work, workflow_id, outline, trigger, command_id, record_ids, metadata)


async def ask_run(
    workflow_id: int, *, trigger: Trigger, command_id: str, open_work: OpenWork, metadata: Mapping[str, Any]
) -> Asked:
    """Ask that the criteria be evaluated now.

    Raises NoSuchWorkflowError, WorkflowOffError and NoCriteriaError (asked by people alone), CommandReusedError.
    """
    async with open_work() as work:
        known = await work.occurrences.find(asked_occurrence_id(workflow_id, trigger, command_id))
        if known is not None:
            return await _asked_before(work, known, command_id, None)
        outline = await _outline(work, workflow_id, trigger)
        if trigger in _ASKED_BY_PEOPLE and not outline.has_criteria:
            raise NoCriteriaError(workflow_id)
        return await _file(work, workflow_id, outline, trigger, command_id, None, metadata)


async def ask_unenrollment(
    workflow_id: int,
    record_ids: Sequence[int],
    *,
    command_id: str,
    open_work: OpenWork,
    metadata: Mapping[str, Any],
) -> Asked:
    """Ask that these records leave, on or off; those that are active nowhere in it have nothing to leave.

    Raises NoSuchWorkflowError, UnknownRecordsError, TooManyRecordsError, CommandReusedError.
    """
    request_id = unenrollment_request_id(workflow_id, command_id)
    named = sorted(record_ids)
    async with open_work() as work:
        if await work.requests.is_filed(request_id):
            return await _requested_before(work, request_id, command_id, named)
        outline = await _outline(work, workflow_id, None)
        await _check_records(work, outline, record_ids)
        now = await work.occurrences.now()
        if not await work.requests.file(request_id, workflow_id, named, reason="MANUAL", filed_at=now):
            return await _requested_before(work, request_id, command_id, named)
        requested = UnenrollmentRequested(
            workflow_id=str(workflow_id), request_id=request_id, reason="MANUAL", command_id=command_id
        )
        event = to_new_event(requested, named)
        position = await work.events.append([Append(f"request-{request_id}", 0, [event], metadata)])
        failpoint("executor.asked_before_commit")
        await work.commit()
    return Asked(None, position)


async def refuse_command(
    workflow_id: int, *, command_id: str, reason: str, open_work: OpenWork, metadata: Mapping[str, Any]
) -> int:
    """Answer a command that is not allowed, once, and return a position of the log that holds the answer."""
    stream = f"command-{derived_id(f'command/{command_id}')}"
    async with open_work() as work:
        known = await work.events.read_stream(stream)
        if known:
            return known[0].position
        refused = CommandRefused(workflow_id=str(workflow_id), command_id=command_id, reason=reason)
        position = await work.events.append([Append(stream, 0, [to_new_event(refused)], metadata)])
        await work.commit()
    return position


async def _outline(work: Work, workflow_id: int, trigger: Trigger | None) -> Outline:
    outline = await work.workflows.outline(workflow_id)
    if outline is None:
        raise NoSuchWorkflowError(workflow_id)
    if trigger in _ASKED_BY_PEOPLE and not outline.is_on:
        raise WorkflowOffError(workflow_id)
    return outline


async def _check_records(work: Work, outline: Outline, record_ids: Sequence[int]) -> None:
    if len(record_ids) > RECORDS_AT_MOST:
        raise TooManyRecordsError(len(record_ids))
    living = set(await living_among(work.records, outline.object_type_id, record_ids))
    unknown = [position for position, record_id in enumerate(record_ids) if record_id not in living]
    doubles = double_positions(record_ids)
    if unknown or doubles:
        raise UnknownRecordsError(unknown, doubles)


async def _file(
    work: Work,
    workflow_id: int,
    outline: Outline,
    trigger: Trigger,
    command_id: str,
    record_ids: Sequence[int] | None,
    metadata: Mapping[str, Any],
) -> Asked:
    now = await work.occurrences.now()
    asked = AskedOccurrence(
        id=asked_occurrence_id(workflow_id, trigger, command_id),
        workflow_id=workflow_id,
        object_type_id=outline.object_type_id,
        trigger=trigger,
        due_at=now,
        local_time=now.astimezone(load_zone(outline.time_zone_id)).isoformat(timespec="seconds"),
        time_zone_id=outline.time_zone_id,
        revision_id=str(outline.revision),
        command_id=command_id,
        record_ids=None if record_ids is None else sorted(record_ids),
    )
    if not await work.occurrences.record_asked(asked):
        known = await work.occurrences.find(asked.id)
        assert known is not None  # noqa: S101 # it stands in the way of ours
        return await _asked_before(work, known, command_id, record_ids)
    event = to_new_event(_recorded(asked), asked.record_ids)
    position = await work.events.append([Append(asked.stream, 0, [event], metadata)])
    failpoint("executor.asked_before_commit")
    await work.commit()
    return Asked(asked.id, position)


def _recorded(asked: AskedOccurrence) -> OccurrenceRecorded:
    return OccurrenceRecorded(
        workflow_id=str(asked.workflow_id),
        occurrence_id=asked.id,
        revision_id=asked.revision_id,
        object_type_id=asked.object_type_id,
        trigger=asked.trigger,
        due_at=asked.due_at,
        local_time=asked.local_time,
        time_zone_id=asked.time_zone_id,
        command_id=asked.command_id,
    )


async def _asked_before(work: Work, known: Occurrence, command_id: str, record_ids: Sequence[int] | None) -> Asked:
    named = await work.occurrences.named_ids(known.id)
    if (None if named is None else list(named)) != (None if record_ids is None else sorted(record_ids)):
        raise CommandReusedError(command_id)
    # Of its stream, which may be long, the last event: the answer holds what came of it so far.
    last = await work.events.read_stream(known.stream, after_version=known.version - 1)
    return Asked(known.id, last[-1].position)


async def _requested_before(work: Work, request_id: UUID, command_id: str, named: Sequence[int]) -> Asked:
    first = (await work.events.read_stream(f"request-{request_id}"))[0]
    if list(first.record_ids or ()) != list(named):
        raise CommandReusedError(command_id)
    return Asked(None, first.position)
