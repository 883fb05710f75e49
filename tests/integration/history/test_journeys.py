"""What the history shows of records that wait, branch, leave and end, and how it counts them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from executor_service.events import (
    AccountPaused,
    AccountResumed,
    ActionDone,
    BranchTaken,
    ClaimedCohort,
    ClaimEvent,
    DelayEnded,
    DelayStarted,
    Group,
    RecordsEnrolled,
    RecordsUnenrolled,
    WorkflowPaused,
    WorkflowResumed,
    to_new_event,
)
from executor_service.history.store import HistoryReader
from shared.event_store import Append
from shared.postgres import Pool
from tests.integration.history.conftest import Chronicle
from tests.integration.history.test_history import AT, OCCURRENCE, STREAM, a_workflow, an_evaluation, in_occurrence
from tests.integration.history.test_history import project_all as project

UNTIL = datetime(2026, 12, 1, 9, tzinfo=UTC)
EMPTY = "TRUNCATE workflows, occurrences, pages, cohorts, log, days, waiting, causes, minutes"
ENROLLMENTS = "/v1/workflows/5/enrollments"


def claim(
    kind: type[ClaimEvent], number: int, ids: list[int], *groups: Group, action_id: str = "1", visit: int = 1
) -> Append:
    event = kind(
        workflow_id="5",
        revision_id="1",
        object_type_id="0-1",
        action_id=action_id,
        action_type_id="0-1",
        cohorts=(ClaimedCohort(occurrence_id=OCCURRENCE, size=len(ids), visit=visit),),
        groups=groups,
    )
    return Append(f"claim-{number}", 0, [to_new_event(event, ids)])


def group(outcome: Any, count: int, following: str | None, **more: Any) -> Group:
    return Group(outcome=outcome, next=following, count=count, **more)


def begun() -> list[Append]:
    """Records 1 to 6 stand at action 1; record 9 was not enrolled."""
    return [Append("workflow-5", 0, a_workflow()), Append(STREAM, 0, an_evaluation())]


async def rows(chronicle: Chronicle, path: str, **params: Any) -> list[dict[str, Any]]:
    answer = await chronicle.client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def log_of(chronicle: Chronicle, record_id: int) -> list[tuple[str, str | None, dict[str, Any]]]:
    log = await rows(chronicle, "/v1/workflows/5/action-log", recordId=record_id)
    return [(row["event"], row["actionId"], row["details"]) for row in reversed(log)]


async def test_a_record_in_a_delay_stands_at_it_until_its_instant(chronicle: Chronicle) -> None:
    await chronicle.write(*begun(), claim(DelayStarted, 1, [1, 2, 3], group("WAITING", 3, "1", until=UNTIL)))

    found = await rows(chronicle, ENROLLMENTS, recordId=2)

    assert [(row["status"], row["currentActionId"], row["nextActionAt"]) for row in found] == [
        ("ACTIVE", "1", "2026-12-01T09:00:00Z")
    ]
    assert await log_of(chronicle, 2) == [
        ("ENROLLED", None, {}),
        ("DELAY_STARTED", "1", {"until": "2026-12-01T09:00:00Z"}),
    ]


async def test_the_end_of_a_delay_says_how_it_ended_and_moves_on(chronicle: Chronicle) -> None:
    ended = group("SUCCEEDED", 2, "2", details={"outcome": "WAITED"})
    await chronicle.write(
        *begun(),
        claim(DelayStarted, 1, [1, 2, 3], group("WAITING", 3, "1", until=UNTIL)),
        claim(DelayEnded, 2, [1, 3], ended),
    )

    found = {row["recordId"]: row for row in await rows(chronicle, ENROLLMENTS)}

    assert (found["1"]["currentActionId"], found["1"]["nextActionAt"]) == ("2", None)
    assert (found["2"]["currentActionId"], found["2"]["nextActionAt"]) == ("1", "2026-12-01T09:00:00Z")
    assert (await log_of(chronicle, 1))[-1] == ("DELAY_ENDED", "1", {"outcome": "WAITED"})


async def test_a_branch_is_shown_with_its_name_and_place_and_the_default_without(chronicle: Chronicle) -> None:
    named = group("SUCCEEDED", 2, "7", branch="Big", details={"index": 0})
    await chronicle.write(*begun(), claim(BranchTaken, 1, [1, 2, 3], named, group("SUCCEEDED", 1, None)))

    assert (await log_of(chronicle, 1))[-1] == ("BRANCH_TAKEN", "1", {"branch": "Big", "index": 0})
    assert (await log_of(chronicle, 3))[-2:] == [
        ("BRANCH_TAKEN", "1", {"branch": None, "index": None}),
        ("COMPLETED", "1", {}),
    ]


async def test_a_later_visit_is_told_in_the_details(chronicle: Chronicle) -> None:
    await chronicle.write(*begun(), claim(ActionDone, 1, [1], group("SUCCEEDED", 1, "2"), visit=3))

    assert (await log_of(chronicle, 1))[-1] == ("ACTION_COMPLETED", "1", {"visit": 3})


async def test_an_action_moved_to_another_day_stays_and_is_no_wait_for_something_outside(chronicle: Chronicle) -> None:
    await chronicle.write(
        *begun(),
        claim(ActionDone, 1, [1], group("WAITING", 1, "1", reason="PAUSE_DATE", until=UNTIL)),
        claim(ActionDone, 2, [2], group("WAITING", 1, "1", reason="HTTP_429", until=UNTIL)),
    )

    assert (await log_of(chronicle, 1))[-1][0] == "ACTION_RESCHEDULED"
    assert (await log_of(chronicle, 2))[-1][0] == "ACTION_WAITING"
    assert [row["currentActionId"] for row in await rows(chronicle, ENROLLMENTS, recordId=1)] == ["1"]


async def test_records_that_a_request_took_out_are_unenrolled_with_its_reason(chronicle: Chronicle) -> None:
    gone = group("UNENROLLED", 2, None, reason="MANUAL")
    await chronicle.write(*begun(), claim(RecordsUnenrolled, 1, [2, 4], gone))

    found = await rows(chronicle, ENROLLMENTS, status="UNENROLLED")

    assert [(row["recordId"], row["reason"]) for row in found] == [("4", "MANUAL"), ("2", "MANUAL")]
    assert (await log_of(chronicle, 4))[-1] == ("UNENROLLED", "1", {"reason": "MANUAL"})


async def test_a_workflow_shows_its_own_pause_and_the_account_s(chronicle: Chronicle) -> None:
    ids: dict[str, Any] = {"workflow_id": "5", "revision_id": "1"}
    seen = []
    await chronicle.write(*begun())
    for append in (
        Append("workflow-5", 2, [to_new_event(WorkflowPaused(**ids, effective_at=AT))]),
        Append("account", 0, [to_new_event(AccountPaused(effective_at=UNTIL))]),
        Append("workflow-5", 3, [to_new_event(WorkflowResumed(**ids, effective_at=UNTIL, paused_at=AT))]),
        Append("account", 1, [to_new_event(AccountResumed(effective_at=UNTIL, paused_at=UNTIL))]),
    ):
        await chronicle.write(append)
        row = (await chronicle.client.get("/v1/workflows/5")).json()
        seen.append((row["isPaused"], row["pausedBy"], row["pausedAt"]))

    assert seen == [
        (True, "WORKFLOW", "2026-11-27T07:00:00Z"),
        (True, "WORKFLOW", "2026-11-27T07:00:00Z"),
        (True, "ACCOUNT", "2026-12-01T09:00:00Z"),
        (False, None, None),
    ]


async def test_metrics_count_what_happened_and_where_records_stand(chronicle: Chronicle) -> None:
    await chronicle.write(
        *begun(),
        claim(ActionDone, 1, [1, 2, 3], group("SUCCEEDED", 2, "2"), group("UNENROLLED", 1, None, reason="GOAL")),
        claim(ActionDone, 2, [1], group("SUCCEEDED", 1, None), action_id="2"),
    )

    found = (await chronicle.client.get("/v1/workflows/5/metrics")).json()

    four = {"enrolled": 6, "active": 4, "completed": 1, "unenrolled": 1}
    assert found["totals"] == four
    assert found["goalRate"] == 1 / 6
    assert [{name: day[name] for name in four} for day in found["byDay"]] == [four]
    assert found["waiting"] == {"1": 3, "2": 1}


async def test_a_workflow_that_enrolled_nobody_has_no_goal_rate(chronicle: Chronicle) -> None:
    await chronicle.write(Append("workflow-5", 0, a_workflow()))

    found = (await chronicle.client.get("/v1/workflows/5/metrics")).json()

    assert (found["goalRate"], found["totals"]["enrolled"], found["waiting"]) == (None, 0, {})
    assert (await chronicle.client.get("/v1/workflows/6/metrics")).status_code == 404


async def test_a_day_is_one_of_the_workflow_s_zone(chronicle: Chronicle) -> None:
    """In Oslo 23:30 UTC is the next day already."""
    shift = "UPDATE executor.rule_clock SET shift = $1::timestamptz - clock_timestamp()"
    await chronicle.pool.execute(shift, datetime(2026, 11, 27, 23, 30, tzinfo=UTC))
    await chronicle.write(*begun())
    await chronicle.pool.execute(shift, datetime(2026, 11, 29, 12, 0, tzinfo=UTC))
    await chronicle.write(claim(ActionDone, 1, [1, 2], group("SUCCEEDED", 2, None)))

    found = (await chronicle.client.get("/v1/workflows/5/metrics")).json()
    last = (await chronicle.client.get("/v1/workflows/5/metrics", params={"days": 1})).json()

    assert found["byDay"] == [
        {"date": "2026-11-28", "enrolled": 6, "active": 6, "completed": 0, "unenrolled": 0},
        {"date": "2026-11-29", "enrolled": 0, "active": 4, "completed": 2, "unenrolled": 0},
    ]
    assert last["byDay"] == found["byDay"][1:]


async def test_the_log_between_two_instants_holds_what_was_recorded_then_and_nothing_else(chronicle: Chronicle) -> None:
    shift = "UPDATE executor.rule_clock SET shift = $1::timestamptz - clock_timestamp()"
    await chronicle.pool.execute(shift, AT)
    await chronicle.write(*begun())
    for number in range(1, 6):
        await chronicle.pool.execute(shift, AT + timedelta(minutes=3 * number))
        await chronicle.write(claim(ActionDone, number, [number], group("SUCCEEDED", 1, "2")))

    async def records(**span: str) -> list[str]:
        log = await rows(chronicle, "/v1/workflows/5/action-log", actionId="1", **span)
        return [row["recordId"] for row in log]

    assert await records(**{"from": "2026-11-27T07:06:00Z", "to": "2026-11-27T07:12:00Z"}) == ["3", "2"]
    assert await records(to="2026-11-27T07:06:00Z") == ["1"]
    assert await records(**{"from": "2026-11-27T07:12:00Z"}) == ["5", "4"]
    assert await records(**{"from": "2030-01-01T00:00:00Z"}) == []
    assert await records(to="2020-01-01T00:00:00Z") == []


async def test_a_record_s_enrollments_are_listed_across_workflows_by_pages(chronicle: Chronicle) -> None:
    other = UUID(int=78)
    elsewhere = in_occurrence(page=0, first_action_id=None) | {"workflow_id": "6", "occurrence_id": other}
    saved = a_workflow()[0]
    second = Append("workflow-6", 0, [type(saved)(saved.type, {**saved.data, "workflowId": "6"})])
    enrolled = Append(f"occurrence-{other}", 0, [to_new_event(RecordsEnrolled(**elsewhere), [2, 3])])
    await chronicle.write(*begun(), second, enrolled)

    first = (await chronicle.client.get("/v1/records/contacts/2/enrollments", params={"limit": 1})).json()
    rest = (
        await chronicle.client.get("/v1/records/0-1/2/enrollments", params={"limit": 1, "cursor": first["nextCursor"]})
    ).json()

    found = [(row["workflowId"], row["status"]) for row in first["data"] + rest["data"]]
    assert found == [("6", "COMPLETED"), ("5", "ACTIVE")]
    assert rest["nextCursor"] is None
    assert await rows(chronicle, "/v1/records/0-1/2/enrollments", status="ACTIVE") == rest["data"]
    assert await rows(chronicle, "/v1/records/0-1/77/enrollments") == []
    for path in ("/v1/records/planets/2/enrollments", "/v1/records/0-1/100/enrollments"):
        assert (await chronicle.client.get(path)).status_code == 404


async def test_delays_branches_and_pauses_are_rebuilt_to_the_same_rows_in_batches_of_any_size(
    chronicle: Chronicle, history_pool: Pool
) -> None:
    position = await chronicle.write(
        *begun(),
        claim(DelayStarted, 1, [1, 2, 3], group("WAITING", 3, "1", until=UNTIL)),
        claim(DelayEnded, 2, [1, 3], group("SUCCEEDED", 2, "2", details={"outcome": "WAITED"})),
        claim(
            BranchTaken, 3, [1, 3], group("SUCCEEDED", 1, "3", branch="A"), group("SUCCEEDED", 1, None), action_id="2"
        ),
        claim(ActionDone, 4, [4, 5], group("FAILED", 2, "2", reason="TOO_LONG")),
        claim(ActionDone, 5, [6], group("FAILED", 1, "2", reason="TOO_LONG")),
        claim(RecordsUnenrolled, 6, [2], group("UNENROLLED", 1, None, reason="MANUAL")),
    )
    reader = HistoryReader(history_pool)
    whole = await reader.digests()
    for limit in (1, 2, 5):
        await history_pool.execute(
            "TRUNCATE workflows, occurrences, pages, cohorts, log, days, waiting, causes, minutes"
        )
        await history_pool.execute("UPDATE checkpoint SET position = 0")
        await project(history_pool, horizon=position, limit=limit)
        assert await reader.digests() == whole
