"""What can be done with workflows: load, decide, append.

The order inside a transaction is always the same: the account's zone, the workflow's row, then the clock. So a change
counts from an instant at which nobody else could still decide by what was before.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from executor_service.events import WorkflowEvent, to_new_event
from executor_service.workflows.domain.document import (
    Flow,
    InvalidFlowError,
    Surroundings,
    object_type_of,
    read_flow,
    stored_schedule,
)
from executor_service.workflows.domain.preview import PreviewRequest
from executor_service.workflows.domain.state import (
    WorkflowState,
    decide_delete,
    decide_off,
    decide_on,
    decide_pause,
    decide_resume,
    decide_save,
    decide_zone,
    evolve_all,
    plans,
    zone_of,
)
from executor_service.workflows.domain.turning_on import turn_on_problems
from executor_service.workflows.ports import ActionCatalogue, Definitions, NoSuchWorkflowError, Work
from shared.event_store import Append
from shared.recurrence import Preview, preview

__all__ = [
    "NoSuchWorkflowError",
    "NotAllowedToPublishError",
    "StaleRevisionError",
    "Written",
    "account_zone_changed",
    "create_workflow",
    "delete_workflow",
    "pause",
    "preview_schedule",
    "replace_workflow",
    "resume",
    "turn_off",
    "turn_on",
    "upcoming",
]


class StaleRevisionError(Exception):
    """A workflow was changed since its revision was read; `current` is the revision that it has."""

    def __init__(self, workflow_id: int, sent: str, current: str) -> None:
        super().__init__(f"workflow {workflow_id} has revision {current}, not {sent[:20]}")
        self.workflow_id = workflow_id
        self.sent = sent
        self.current = current


class NotAllowedToPublishError(Exception):
    """Somebody who may save only would turn a workflow on or off."""

    def __init__(self, workflow_id: int) -> None:
        super().__init__(f"turning workflow {workflow_id} on or off is not allowed")
        self.workflow_id = workflow_id


@dataclass(frozen=True, slots=True)
class Written:
    """A workflow after a write, and the position of its last event in the log.

    `was_on` and `paused_at` are those before the write; a write that changed nothing has the position that was reached
    before.
    """

    state: WorkflowState
    position: int
    was_on: bool = False
    paused_at: datetime | None = None


async def create_workflow(*, work: Work, catalogue: ActionCatalogue, body: Any, may_publish: bool) -> Written:
    """Make a workflow; raises InvalidFlowError, NotAllowedToPublishError."""
    async with work:
        account_zone = await work.account_zone()
        definitions = await _definitions(work, object_type_of(body))
        flow = read_flow(body, _surroundings(catalogue, definitions, body, None))
        state = WorkflowState(await work.workflows.draw_id())
        now = await work.workflows.now()
        events = decide_save(state, flow.content, is_enabled=flow.is_enabled, account_zone=account_zone, now=now)
        if flow.is_enabled:
            _check_turn_on(evolve_all(state, events), catalogue, definitions, now)
        return await _write(work, state, events, may_publish=may_publish)


async def replace_workflow(
    workflow_id: int, *, work: Work, catalogue: ActionCatalogue, body: Any, may_publish: bool
) -> Written:
    """Save a flow over a workflow, and turn it on or off as the flow says.

    Raises NoSuchWorkflowError, InvalidFlowError, StaleRevisionError, NotAllowedToPublishError.
    """
    async with work:
        account_zone = await work.account_zone()
        state = await work.workflows.lock(workflow_id)
        now = await work.workflows.now()
        definitions = await _definitions(work, object_type_of(body, state.content))
        flow = read_flow(body, _surroundings(catalogue, definitions, body, state.content))
        _check_revision(state, flow)
        events = decide_save(state, flow.content, is_enabled=flow.is_enabled, account_zone=account_zone, now=now)
        if flow.is_enabled and events:
            _check_turn_on(evolve_all(state, events), catalogue, definitions, now)
        return await _write(work, state, events, may_publish=may_publish)


async def delete_workflow(workflow_id: int, *, work: Work, may_publish: bool) -> Written:
    """Delete a workflow; raises NoSuchWorkflowError, NotAllowedToPublishError."""
    async with work:
        state = await work.workflows.lock(workflow_id)
        events = decide_delete(state, now=await work.workflows.now())
        return await _write(work, state, events, may_publish=may_publish)


async def turn_on(workflow_id: int, *, work: Work, catalogue: ActionCatalogue) -> Written:
    """Turn a workflow on, if it is off; raises NoSuchWorkflowError, InvalidFlowError."""
    async with work:
        account_zone = await work.account_zone()
        state = await work.workflows.lock(workflow_id)
        now = await work.workflows.now()
        events = decide_on(state, account_zone=account_zone, now=now)
        if events:
            definitions = await work.definitions(state.content["objectTypeId"])
            _check_turn_on(evolve_all(state, events), catalogue, definitions, now)
        return await _write(work, state, events)


async def turn_off(workflow_id: int, *, work: Work) -> Written:
    """Turn a workflow off, if it is on; raises NoSuchWorkflowError.

    What began before may still run: whoever answers for it waits at the barrier afterwards.
    """
    async with work:
        state = await work.workflows.lock(workflow_id)
        return await _write(work, state, decide_off(state, now=await work.workflows.now()))


async def pause(workflow_id: int, *, work: Work) -> Written:
    """Pause a workflow, if it is not paused; raises NoSuchWorkflowError.

    As after turning off, what began before may still run.
    """
    async with work:
        state = await work.workflows.lock(workflow_id)
        return await _write(work, state, decide_pause(state, now=await work.workflows.now()))


async def resume(workflow_id: int, *, work: Work) -> Written:
    """Resume a workflow, if it is paused; what came due meanwhile is decided by its evaluator.

    Raises NoSuchWorkflowError.
    """
    async with work:
        state = await work.workflows.lock(workflow_id)
        return await _write(work, state, decide_resume(state, now=await work.workflows.now()))


async def account_zone_changed(*, work: Work, time_zone_id: str) -> None:
    """Tell of the account's new zone for each workflow that is on and whose schedule names none."""
    async with work:
        states = await work.workflows.lock_enabled()
        now = await work.workflows.now()
        changed = [(state, decide_zone(state, account_zone=time_zone_id, now=now)) for state in states]
        appends = [await _store(work, state, events) for state, events in changed if events]
        await work.log.append(appends)
        await work.commit()


async def preview_schedule(asked: PreviewRequest, *, work: Work) -> Preview:
    """Return what a schedule comes to after an instant, the present one when none was asked for."""
    async with work:
        zone_id = asked.schedule.time_zone_id or await work.account_zone()
        after = asked.after or await work.workflows.now()
    return await asyncio.to_thread(preview, asked.schedule, zone_id, after=after, count=asked.count)


async def upcoming(workflow_id: int, *, work: Work, limit: int) -> Preview | None:
    """Return the next occurrences of a workflow, null for one without a schedule; one that is off plans none.

    Raises NoSuchWorkflowError.
    """
    async with work:
        state = await work.workflows.load(workflow_id)
        zone_id = state.time_zone_id if state.is_enabled else zone_of(state.content, await work.account_zone())
        now = await work.workflows.now()
    schedule = stored_schedule(state.content)
    if schedule is None:
        return None
    return await asyncio.to_thread(preview, schedule, zone_id, after=now, count=limit if state.is_enabled else 0)


async def _definitions(work: Work, object_type_id: str | None) -> Definitions:
    return {} if object_type_id is None else await work.definitions(object_type_id)


def _surroundings(
    catalogue: ActionCatalogue, definitions: Definitions, body: Any, before: Mapping[str, Any] | None
) -> Surroundings:
    object_type_id = object_type_of(body, before)
    return Surroundings(
        definitions=definitions,
        known_types=catalogue.known_types,
        field_problems=partial(catalogue.problems, object_type_id=object_type_id or "", definitions=definitions),
        before=before,
    )


def _check_revision(state: WorkflowState, flow: Flow) -> None:
    if flow.revision_id is not None and flow.revision_id != state.revision_id:
        raise StaleRevisionError(state.workflow_id, flow.revision_id, state.revision_id)


def _check_turn_on(state: WorkflowState, catalogue: ActionCatalogue, definitions: Definitions, now: datetime) -> None:
    problems = turn_on_problems(
        state.content,
        definitions=definitions,
        zone_id=state.time_zone_id,
        now=now,
        action_problems=partial(
            catalogue.turn_on_problems, object_type_id=state.content["objectTypeId"], definitions=definitions
        ),
    )
    if problems:
        raise InvalidFlowError(problems)


async def _write(
    work: Work, state: WorkflowState, events: Sequence[WorkflowEvent], *, may_publish: bool = True
) -> Written:
    after = evolve_all(state, events)
    if after.is_enabled != state.is_enabled and not may_publish:
        raise NotAllowedToPublishError(state.workflow_id)
    if events:
        position = await work.log.append([await _store(work, state, events)])
    else:
        last = await work.log.read_stream(state.stream, after_version=state.version - 1)
        position = last[-1].position
    await work.commit()
    return Written(after, position, was_on=state.is_enabled, paused_at=state.paused_at)


async def _store(work: Work, state: WorkflowState, events: Sequence[WorkflowEvent]) -> Append:
    after = evolve_all(state, events)
    await work.workflows.write(state, after, plans(events, after_version=state.version))
    return Append(state.stream, state.version, [to_new_event(event) for event in events], work.metadata)
