"""What the scheduler decides: what has come due, and what a change of a workflow means. Pure.

A decision covers the outcomes of a schedule from the last one decided up to an instant, in order, at most so many at
once; the rest is decided by the next, from the state that this one leaves. What a decision says of one occurrence does
not depend on where the cut falls: the judge is told how many missed ones follow, also beyond the cut.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from scheduler_service.domain.catch_up import Judge
from scheduler_service.domain.events import (
    Decided,
    Event,
    OccurrenceDue,
    OccurrencesSkipped,
    ScheduleBroken,
    ScheduleCleared,
    ScheduleSet,
)
from scheduler_service.domain.state import ScheduleState, evolve, implied_progress
from scheduler_service.domain.timetable import timetable_of
from shared.contracts import (
    Lifecycle,
    WorkflowDeleted,
    WorkflowPaused,
    WorkflowResumed,
    WorkflowTurnedOff,
    WorkflowTurnedOn,
    scheduled_occurrence_id,
)
from shared.recurrence import TZDATA_VERSION, Occurrence, Outcome, Planned, Progress, Skip

MOST_AT_ONCE = 100
_LONGEST_ERROR = 1000

SkipReason = Literal["MISSED", "MERGED", "HOLIDAY", "GAP", "NO_SUCH_DAY", "CATCH_UP_LIMIT"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Events, the state they lead to with what is next planned, and how many outcomes were decided.

    `is_complete`: nothing up to the instant asked for is left undecided.
    """

    events: tuple[Event, ...]
    state: ScheduleState
    decided: int = 0
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class _Skipped:
    reason: SkipReason
    nominal: str
    at: datetime


def decide_due(state: ScheduleState, *, until: datetime, now: datetime, limit: int = MOST_AT_ONCE) -> Decision:
    """Decide what stands at or before `until`, at most `limit` outcomes.

    A schedule that cannot be computed is set aside, whatever the error: the others must go on.
    """
    if state.schedule is None or state.set_aside is not None:
        return Decision((), replace(state, next_due_at=None))
    try:
        return _decide(state, until, now, limit)
    except Exception as error:  # noqa: BLE001 # a rule that fails in any way concerns its own workflow only
        return _set_aside(state, error)


def decide_change(
    state: ScheduleState, message: Lifecycle, *, now: datetime, already_due: Sequence[datetime] = ()
) -> Decision:
    """Decide what a change of a workflow means, everything due before it being decided already.

    A version that is not above the one known changes nothing. `already_due` are the instants after its `effective_at`
    that were due before it arrived. Pausing and resuming concern the executor alone.
    """
    if message.version <= state.workflow_version or isinstance(message, WorkflowPaused | WorkflowResumed):
        return Decision((), state)
    event = _change(message, now, already_due)
    changed = evolve(state, event)
    planned = decide_due(changed, until=message.effective_at, now=now)
    return replace(planned, events=(event, *planned.events))


def _change(
    message: WorkflowTurnedOn | WorkflowTurnedOff | WorkflowDeleted, now: datetime, already_due: Sequence[datetime]
) -> Event:
    match message:
        case WorkflowTurnedOn(schedule=dict() as schedule):
            return ScheduleSet(
                workflow_id=message.workflow_id,
                revision_id=message.revision_id,
                workflow_version=message.version,
                effective_at=message.effective_at,
                known_since=now,
                schedule=schedule,
                time_zone_id=message.time_zone_id,
                already_due=tuple(sorted(already_due)),
            )
        case WorkflowTurnedOn() | WorkflowTurnedOff() | WorkflowDeleted():
            return ScheduleCleared(
                workflow_id=message.workflow_id,
                revision_id=message.revision_id,
                workflow_version=message.version,
                effective_at=message.effective_at,
            )


def _decide(state: ScheduleState, until: datetime, now: datetime, limit: int) -> Decision:
    timetable = timetable_of(state, until=until)
    planned = timetable.plan(state.progress, limit)
    judge = Judge(timetable.catch_up, state.known_since or now, now)
    judged = _judged(_undecided(state, planned), judge, timetable.count_missed(planned, judge))
    events = _with_progress(tuple(_events(state, judged)), planned.progress)
    is_complete = planned.next_at is None or planned.next_at > until
    return Decision(events, _after(state, events, planned), len(planned.outcomes), is_complete)


def _after(state: ScheduleState, events: Sequence[Event], planned: Planned) -> ScheduleState:
    """Return what evolving the state by each event comes to, in one step, and what is next."""
    due = [event.due_at for event in events if isinstance(event, OccurrenceDue)]
    return replace(
        state,
        version=state.version + len(events),
        progress=planned.progress if planned.outcomes else state.progress,
        last_due_at=max(due if state.last_due_at is None else [*due, state.last_due_at], default=None),
        next_due_at=planned.next_at,
    )


def _undecided(state: ScheduleState, planned: Planned) -> Sequence[Outcome]:
    """Return the outcomes but those that were due before the change that set this schedule had arrived."""
    if not state.already_due:
        return planned.outcomes
    known = frozenset(state.already_due)
    return [each for each in planned.outcomes if isinstance(each, Skip) or each.due_at not in known]


def _with_progress(events: tuple[Event, ...], progress: Progress) -> tuple[Event, ...]:
    """Return the events, the last one saying how far the schedule has been decided unless its nominal time does."""
    if not events:
        return events
    last = events[-1]
    if not isinstance(last, OccurrenceDue | OccurrencesSkipped) or implied_progress(last) == progress:
        return events
    decided = Decided(through=progress.through, beyond=tuple(sorted(progress.beyond)))
    return (*events[:-1], last.model_copy(update={"decided": decided}))


def _judged(taken: Sequence[Outcome], judge: Judge, missed_later: int) -> list[Occurrence | _Skipped]:
    """Return the outcomes that are due, and the others with their reason, in order."""
    judged: list[Occurrence | _Skipped] = []
    for outcome in reversed(taken):
        match outcome:
            case Skip():
                judged.append(_Skipped(outcome.reason.value, outcome.nominal, outcome.at))
            case Occurrence():
                verdict = judge.judge(outcome.at, missed_later=missed_later)
                missed_later += judge.is_missed(outcome.at)
                if verdict == "DUE":
                    judged.append(outcome)
                else:
                    judged.append(_Skipped(verdict, outcome.nominal_text, outcome.at))
    return judged[::-1]


def _events(state: ScheduleState, judged: Iterable[Occurrence | _Skipped]) -> Iterator[Event]:
    """Yield an event for each due occurrence and for each run of skipped ones with one reason."""
    run: list[_Skipped] = []
    for each in judged:
        if run and (isinstance(each, Occurrence) or each.reason != run[0].reason):
            yield _skipped(state, run)
            run = []
        if isinstance(each, Occurrence):
            yield _due(state, each)
        else:
            run.append(each)
    if run:
        yield _skipped(state, run)


def _due(state: ScheduleState, occurrence: Occurrence) -> OccurrenceDue:
    return OccurrenceDue(
        workflow_id=str(state.workflow_id),
        revision_id=state.revision,
        occurrence_id=scheduled_occurrence_id(state.workflow_id, occurrence.due_at),
        due_at=occurrence.due_at,
        nominal=occurrence.nominal_text,
        local_time=occurrence.local_time,
        time_zone_id=state.zone,
        tzdata=TZDATA_VERSION,
    )


def _skipped(state: ScheduleState, run: Sequence[_Skipped]) -> OccurrencesSkipped:
    return OccurrencesSkipped(
        workflow_id=str(state.workflow_id),
        revision_id=state.revision,
        reason=run[0].reason,
        first=run[0].nominal,
        last=run[-1].nominal,
        count=len(run),
        first_at=run[0].at,
        last_at=run[-1].at,
    )


def _set_aside(state: ScheduleState, error: Exception) -> Decision:
    text = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
    event = ScheduleBroken(workflow_id=str(state.workflow_id), revision_id=state.revision, error=text)
    return Decision((event,), evolve(state, event))
