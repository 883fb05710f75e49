"""Messages delivered five times, out of order, with forged and unreadable ones in between."""

from datetime import datetime, timedelta
from random import Random

from shared.contracts import instant_text
from tests.e2e.flows import SetTo, daily_flow
from tests.e2e.stage import FLOWS, PREFIX_VARIABLE, Cast
from tests.e2e.topics import Seen
from tests.faults.bridge import COPIES, DUE, Bridge, due_of
from tests.faults.ground import Ground, come_due, verdict_on
from tests.faults.judge import Plan
from tests.faults.report import Report

SEED = 20_261_125
MORNING = (SetTo("jobtitle", "Morning"), SetTo("jobtitle", "Noon"))
EVENING = (SetTo("city", "Evening"),)


async def plans_of(ground: Ground, bridge: Bridge) -> tuple[Plan, Plan]:
    """Turn two workflows on and edit the first one, and carry that to the scheduler: each change five times."""
    stage = bridge.stage
    first = await ground.plan(stage, *MORNING, in_minutes=60)
    second = await ground.plan(stage, *EVENING, in_minutes=90)
    path = f"{FLOWS}/{first.workflow_id}"
    flow = daily_flow("Edited", minute=first.minute, actions=MORNING)
    answer = await stage.client.put(path, json=flow | {"revisionId": (await stage.get(path))["revisionId"]})
    assert answer.is_success, answer.text
    await bridge.carry_changes(3)
    return first, second


async def all_completed(bridge: Bridge, expected: list[tuple[Plan, datetime]]) -> None:
    for plan, due_at in expected:
        await bridge.stage.completed(plan.workflow_id, due_at)


async def test_due_events_delivered_five_times_and_out_of_order_run_each_occurrence_once(
    ground: Ground, report: Report
) -> None:
    prefix = ground.prefix + "scheduler."
    async with ground.stage(Cast(environment={"scheduler": {PREFIX_VARIABLE: prefix}})) as stage:
        bridge = Bridge(stage, prefix, ground.prefix, Random(SEED))
        first, second = await plans_of(ground, bridge)
        expected: list[tuple[Plan, datetime]] = []
        told: list[Seen] = []
        for plan in (first, second, first, second):
            expected.append((plan, await come_due(stage, plan)))
            told = await bridge.wait_for_due(len(expected))
        like = due_of(told)[0]
        never, tomorrow = expected[0][1] + timedelta(minutes=7), expected[2][1] + timedelta(days=1)
        forged = [bridge.forged(like, instant_text(instant)) for instant in (never, tomorrow)]
        await bridge.deliver(ground.prefix + DUE, [*told * COPIES, *bridge.poisoned(like), *forged])
        await all_completed(bridge, expected)

        expected.append((first, await come_due(stage, first)))
        last = await bridge.wait_for_due(len(expected))
        await bridge.deliver(ground.prefix + DUE, [*last * COPIES, *bridge.poisoned(like)])
        await all_completed(bridge, expected)
        verdict = await verdict_on(stage, [first, second], poison=bridge.poison)

    count = bridge.delivered
    report.add(f"each message five times, shuffled, poison between (seed {SEED})", verdict, trials=count, hits=count)
    assert verdict.occurrences == 5
    assert verdict.dead_letters == 16
    assert not verdict.findings, str(verdict)
