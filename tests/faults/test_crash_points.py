"""kill -9 at the named crash points: the process dies in the middle of its work, and is started again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter

import pytest

from tests.e2e.flows import SetTo
from tests.e2e.stage import Cast, Stage
from tests.e2e.topics import read_topic
from tests.faults.ground import Ground, come_due, run_through, verdict_on
from tests.faults.judge.evidence import DUE, HISTORY, LOG
from tests.faults.report import Report

ACTIONS = (SetTo("jobtitle", "Lead"), SetTo("jobtitle", "Contacted"))
_COUNT = "SELECT count(*) FROM {schema}.events WHERE type = $1"

InFlight = Callable[[Stage], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Crash:
    """Where a process is killed, at the how-manieth passing, and how to see that work was in flight then."""

    service: str
    point: str
    in_flight: InFlight
    hit: int = 1

    def __str__(self) -> str:
        """The crash point."""
        return f"{self.service}, {self.point}:{self.hit}"


async def count_events(stage: Stage, schema: str, event_type: str) -> int:
    count: int = await stage.pool.fetchval(_COUNT.format(schema=schema), event_type)
    return count


async def due_is_not_published(stage: Stage) -> bool:
    seen = await read_topic(stage.kafka, stage.topic(DUE))
    published = sum(message.type == "workflows.occurrence.due.v1" for message in seen)
    return await count_events(stage, "scheduler", "OccurrenceDue") == 1 and published == 0


async def nothing_is_decided(stage: Stage) -> bool:
    return await count_events(stage, "scheduler", "OccurrenceDue") == 0


async def change_is_not_taken_over(stage: Stage) -> bool:
    return await count_events(stage, "scheduler", "ScheduleSet") == 0


async def due_is_not_recorded(stage: Stage) -> bool:
    return await count_events(stage, "executor", "OccurrenceRecorded") == 0


async def nothing_is_evaluated(stage: Stage) -> bool:
    recorded = await count_events(stage, "executor", "OccurrenceRecorded")
    return recorded == 1 and await count_events(stage, "executor", "OccurrenceEvaluated") == 0


async def records_are_active(stage: Stage) -> bool:
    return bool(await stage.pool.fetchval("SELECT count(*) FROM executor.cohorts"))


async def occurrence_is_open(stage: Stage) -> bool:
    evaluated = await count_events(stage, "executor", "OccurrenceEvaluated")
    return evaluated == 1 and await count_events(stage, "executor", "OccurrenceCompleted") == 0


async def history_lags(stage: Stage) -> bool:
    query = "SELECT (SELECT max(position) FROM executor.events) > position FROM history.checkpoint"
    return bool(await stage.pool.fetchval(query))


async def sent_is_not_stored(stage: Stage) -> bool:
    """Tell whether a topic holds messages of events beyond the cursor that was stored for it."""
    cursors = {
        row["topic"]: row["position"]
        for schema in ("scheduler", "executor")
        for row in await stage.pool.fetch(f"SELECT topic, position FROM {schema}.relay_cursors")
    }
    for name in (DUE, HISTORY, LOG):
        seen = await read_topic(stage.kafka, stage.topic(name))
        if any(int(message.header("ce_sequence")[:20]) > cursors.get(stage.topic(name), 0) for message in seen):
            return True
    return False


SHORT = (
    Crash("scheduler", "scheduler.after_commit", due_is_not_published),
    Crash("executor", "executor.evaluated_before_commit", nothing_is_evaluated),
    Crash("executor", "executor.claimed_before_action", records_are_active),
    # The first three passings are the key and the workflow's own change, in two topics each; what was enrolled comes
    # after them.
    Crash("executor", "relay.sent_before_stored", sent_is_not_stored, hit=5),
)
LONG = (
    # The scheduler's first passing is the workflow's own change.
    Crash("scheduler", "relay.sent_before_stored", sent_is_not_stored, hit=2),
    Crash("scheduler", "scheduler.decided_before_commit", nothing_is_decided),
    Crash("scheduler", "scheduler.lifecycle_before_commit", change_is_not_taken_over),
    Crash("executor", "executor.accepted_before_commit", due_is_not_recorded),
    Crash("executor", "executor.evaluated_after_commit", records_are_active),
    Crash("executor", "executor.claimed_before_action", records_are_active, hit=4),
    Crash("executor", "executor.action_before_commit", records_are_active),
    Crash("executor", "executor.acted_before_move", records_are_active, hit=3),
    Crash("executor", "executor.action_after_commit", records_are_active),
    Crash("executor", "executor.completed_before_commit", occurrence_is_open),
    Crash("executor", "projector.before_commit", history_lags, hit=4),
)


@pytest.mark.parametrize("crash", [*SHORT, *(pytest.param(each, marks=pytest.mark.long) for each in LONG)], ids=str)
async def test_a_process_killed_in_the_middle_of_its_work_loses_and_doubles_nothing(
    ground: Ground, report: Report, crash: Crash
) -> None:
    async with ground.stage(Cast(failpoints={crash.service: f"{crash.point}:{crash.hit}"})) as stage:
        plan = await ground.plan(stage, *ACTIONS)
        due_at = None if crash.in_flight is change_is_not_taken_over else await come_due(stage, plan)
        await stage.killed(crash.service)
        was_in_flight = await crash.in_flight(stage)

        killed_at = perf_counter()
        await stage.revive(crash.service)
        # Before its change is taken over nothing can come due.
        await stage.completed(plan.workflow_id, due_at or await come_due(stage, plan))
        recovery = perf_counter() - killed_at

        await run_through(stage, plan)
        verdict = await verdict_on(stage, [plan])

    report.add(f"kill -9: {crash}", verdict, hits=int(was_in_flight), recovery_seconds=[recovery])
    assert was_in_flight
    assert verdict.occurrences == 2
    assert not verdict.findings, str(verdict)
    if crash.in_flight is sent_is_not_stored:
        assert verdict.repeated_messages
