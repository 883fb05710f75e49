"""The two use cases: time has passed, and a workflow has changed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler_service.domain import (
    MOST_AT_ONCE,
    Decision,
    OccurrenceDue,
    OccurrencesSkipped,
    ScheduleBroken,
    ScheduleState,
    decide_change,
    decide_due,
    stream_of,
    to_new_event,
)
from scheduler_service.ports import OpenWork, Work
from shared.contracts import Lifecycle
from shared.event_store import Append
from shared.failpoints import failpoint

MOST_CLAIMED = 500
MOST_A_TICK = 5_000
LONGEST_REST_SECONDS = 1.0
"""So that a rule clock that was shifted, or a change another process took over, is noticed."""

_REST_BEHIND_OTHERS_SECONDS = 0.02
_FURTHEST_AHEAD = timedelta(seconds=60)

KnownVersion = Callable[[int], Awaitable[int]]
"""The version of the last change of a workflow that was taken over, read without waiting for anybody."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did. `nearest` is the earliest instant with something to decide; it may have passed.

    `lateness` holds the seconds from each due instant to the decision.
    """

    now: datetime
    claimed: int
    due: int
    skipped: int
    broken: int
    nearest: datetime | None
    lateness: tuple[float, ...]


async def tick(*, open_work: OpenWork) -> Ticked:
    """Decide what has come due, in one bounded transaction; what is left over is for the next tick."""
    async with open_work() as work:
        ticked = await tick_at(await work.rule_time(), work=work)
        if ticked.claimed:
            failpoint("scheduler.decided_before_commit")
        await work.commit()
    if ticked.claimed:
        failpoint("scheduler.after_commit")
    return ticked


async def tick_at(now: datetime, *, work: Work) -> Ticked:
    """Decide what has come due by `now`, inside a transaction of the caller's."""
    claimed = await work.schedules.claim_due(now, MOST_CLAIMED)
    decisions = _decide_all(claimed, now)
    if decisions:
        await work.schedules.advance([decision.state for decision in decisions])
    nearest = await work.schedules.nearest()
    await work.events.append([append for decision in decisions for append in _appends(decision)])
    return _ticked(now, decisions, nearest)


def _decide_all(claimed: Sequence[ScheduleState], now: datetime) -> list[Decision]:
    room, decisions = MOST_A_TICK, []
    for state in claimed:
        if room == 0:
            break
        decision = decide_due(state, until=now, now=now, limit=min(MOST_AT_ONCE, room))
        room -= decision.decided
        decisions.append(decision)
    return decisions


def _appends(decision: Decision) -> list[Append]:
    if not decision.events:
        return []
    before = decision.state.version - len(decision.events)
    events = [to_new_event(event) for event in decision.events]
    return [Append(stream_of(decision.state.workflow_id), before, events)]


def _ticked(now: datetime, decisions: Sequence[Decision], nearest: datetime | None) -> Ticked:
    events = [event for decision in decisions for event in decision.events]
    due = [event for event in events if isinstance(event, OccurrenceDue)]
    return Ticked(
        now=now,
        claimed=len(decisions),
        due=len(due),
        skipped=sum(event.count for event in events if isinstance(event, OccurrencesSkipped)),
        broken=sum(isinstance(event, ScheduleBroken) for event in events),
        nearest=nearest,
        lateness=tuple((now - event.due_at).total_seconds() for event in due),
    )


def rest_seconds(ticked: Ticked, *, elapsed: float) -> float:
    """Return for how long there is nothing to decide; `elapsed` are the seconds since the tick read the clock.

    After an empty claim the nearest instant may have passed: another process has its row.
    """
    if ticked.nearest is None:
        return LONGEST_REST_SECONDS
    left = (ticked.nearest - ticked.now).total_seconds() - elapsed
    if left <= 0:
        return 0.0 if ticked.claimed else _REST_BEHIND_OTHERS_SECONDS
    return min(left, LONGEST_REST_SECONDS)


async def apply_change(message: Lifecycle, *, open_work: OpenWork, known_version: KnownVersion) -> bool:
    """Take over a change of a workflow, everything due up to its `effective_at` being decided before.

    Returns False for old news. Delivered again, or out of order, a change is taken over once or not at all.
    """
    if message.version <= await known_version(int(message.workflow_id)):
        return False
    while True:
        async with open_work() as work:
            taken_over = await _apply(message, work)
            failpoint("scheduler.lifecycle_before_commit")
            await work.commit()
        if taken_over is not None:
            return taken_over


async def _apply(message: Lifecycle, work: Work) -> bool | None:
    """Decide what is due and take the change over; None: more is due before it than one transaction takes."""
    now = await work.rule_time()
    state = await work.schedules.lock(int(message.workflow_id))
    if message.version <= state.workflow_version:
        return False
    before = decide_due(state, until=_up_to(message.effective_at, now), now=now)
    if not before.is_complete:
        await _store([before], work)
        return None
    after = await _decide_change(before.state, message, now, work)
    await _store([before, after], work)
    return True


def _up_to(effective_at: datetime, now: datetime) -> datetime:
    """Return up to where the old schedule is decided: clocks may differ a little, but no message moves it far ahead."""
    return effective_at if effective_at <= now + _FURTHEST_AHEAD else now


async def _decide_change(state: ScheduleState, message: Lifecycle, now: datetime, work: Work) -> Decision:
    already_due: list[datetime] = []
    if state.last_due_at is not None and state.last_due_at > message.effective_at:
        already_due = await work.schedules.due_after(state.workflow_id, message.effective_at)
    return decide_change(state, message, now=now, already_due=already_due)


async def _store(decisions: Sequence[Decision], work: Work) -> None:
    await work.schedules.replace(decisions[-1].state)
    events = [event for decision in decisions for event in decision.events]
    before = decisions[-1].state.version - len(events)
    appends = [Append(stream_of(decisions[-1].state.workflow_id), before, [to_new_event(each) for each in events])]
    await work.events.append(appends if events else [])
