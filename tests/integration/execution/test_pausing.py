"""Pausing: nothing begins, nothing is lost; what came due meanwhile is decided by the policy when the pause is over."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from executor_service.account.handlers import pause_account, resume_account
from executor_service.account.store import PostgresAccountBook
from executor_service.execution.actions import Catalogue
from executor_service.execution.handlers.accepting import accept_due
from executor_service.execution.handlers.asking import ask_enrollment, ask_unenrollment
from executor_service.execution.handlers.leaving import end_deleted
from executor_service.execution.store import EVALUATOR
from executor_service.workflows.handlers import create_workflow, delete_workflow, pause, replace_workflow, resume
from shared.contracts import OccurrenceDue, scheduled_occurrence_id
from shared.postgres import Transaction
from tests.integration.execution.conftest import EVERYONE, World, flow, set_property


def daily(hour: int, policy: str) -> dict[str, Any]:
    document = flow([set_property("1", "company", "ACME")], EVERYONE, hour)
    schedule = {**document["enrollmentSchedule"], "catchUp": {"policy": policy}}
    return {**document, "enrollmentSchedule": schedule}


async def working(world: World, policy: str = "ALL") -> int:
    now = await world.now()
    written = await create_workflow(
        work=world.workflow_work(),
        catalogue=Catalogue(),
        body=daily((now.hour + 3) % 24, policy),
        may_publish=True,
    )
    return written.state.workflow_id


async def pause_now(world: World, workflow_id: int) -> None:
    await pause(workflow_id, work=world.workflow_work())


async def resume_now(world: World, workflow_id: int) -> None:
    await resume(workflow_id, work=world.workflow_work())


async def pause_all(world: World) -> None:
    async with Transaction(world.pool) as work:
        await pause_account(book=PostgresAccountBook(work.connection))
        await work.commit()


async def resume_all(world: World) -> None:
    async with Transaction(world.pool) as work:
        await resume_account(book=PostgresAccountBook(work.connection))
        await work.commit()


async def skips(world: World) -> list[str]:
    return [event.data["reason"] for event in await world.events("OccurrenceSkipped")]


async def advance_and_evaluate(world: World) -> None:
    await world.evaluate()
    await world.advance()
    await world.complete()


@pytest.mark.parametrize(
    ("policy", "states"),
    [
        ("ALL", ["COMPLETED", "COMPLETED", "COMPLETED"]),
        ("LATEST", ["SKIPPED", "SKIPPED", "COMPLETED"]),
        ("NONE", ["SKIPPED", "SKIPPED", "SKIPPED"]),
    ],
)
async def test_what_came_due_in_a_pause_is_decided_by_the_policy(world: World, policy: str, states: list[str]) -> None:
    workflow_id = await working(world, policy)
    await pause_now(world, workflow_id)
    for _ in range(3):
        await world.come_due(workflow_id)
        await world.evaluate()
    assert await world.states(workflow_id) == ["DUE", "DUE", "DUE"]
    await resume_now(world, workflow_id)
    await world.evaluate()
    assert await world.states(workflow_id) == states
    assert set(await skips(world)) <= {"PAUSED"}
    await world.come_due(workflow_id)
    await world.evaluate()
    assert (await world.states(workflow_id))[3] == "COMPLETED"


async def test_the_policy_is_that_of_the_newest_revision_at_resume(world: World) -> None:
    workflow_id = await working(world, "ALL")
    await pause_now(world, workflow_id)
    message = await world.come_due(workflow_id)
    await replace_workflow(
        workflow_id,
        work=world.workflow_work(),
        catalogue=Catalogue(),
        body={**daily(message.due_at.hour, "NONE"), "revisionId": "1"},
        may_publish=True,
    )
    await resume_now(world, workflow_id)
    await world.evaluate()
    assert await skips(world) == ["PAUSED"]


async def test_the_newest_that_is_no_more_valid_does_not_keep_an_older_one_from_running(world: World) -> None:
    workflow_id = await working(world, "LATEST")
    await pause_now(world, workflow_id)
    first = await world.come_due(workflow_id)
    await replace_workflow(
        workflow_id,
        work=world.workflow_work(),
        catalogue=Catalogue(),
        body={**daily((first.due_at.hour + 2) % 24, "LATEST"), "revisionId": "1"},
        may_publish=True,
    )
    await world.pass_to(first.due_at + timedelta(days=1))
    old = _a_day_later(workflow_id, first)
    await accept_due(old, event_id="old", open_work=world.open_work)
    await resume_now(world, workflow_id)
    await world.evaluate()
    assert await world.states(workflow_id) == ["COMPLETED", "SKIPPED"]
    assert await skips(world) == ["EDITED"]


def _a_day_later(workflow_id: int, first: OccurrenceDue) -> OccurrenceDue:
    due_at = first.due_at + timedelta(days=1)
    occurrence_id = scheduled_occurrence_id(workflow_id, due_at)
    nominal = due_at.strftime("%Y-%m-%dT%H:%M")
    return first.model_copy(update={"due_at": due_at, "occurrence_id": occurrence_id, "nominal": nominal})


async def test_a_message_that_arrives_after_resume_is_decided_alike(world: World) -> None:
    workflow_id = await working(world, "NONE")
    message = await world.due_message(workflow_id)
    await pause_now(world, workflow_id)
    await world.pass_to(message.due_at)
    await resume_now(world, workflow_id)
    await accept_due(message, event_id="late", open_work=world.open_work)
    await world.evaluate()
    assert await skips(world) == ["PAUSED"]


async def test_actions_of_a_paused_workflow_do_not_begin_and_none_is_skipped(world: World) -> None:
    records = await world.contacts(2)
    workflow_id = await working(world)
    await world.come_due(workflow_id)
    await world.evaluate()
    await pause_now(world, workflow_id)
    await world.advance()
    assert await world.groups() == []
    await resume_now(world, workflow_id)
    await world.advance()
    assert await world.groups() == [("SUCCEEDED", None, len(records))]


async def test_what_was_asked_for_in_a_pause_runs_on_resume_in_order_and_requests_do_not_pass_it(world: World) -> None:
    records = await world.contacts(2)
    workflow_id = await working(world)
    await world.come_due(workflow_id)
    await world.evaluate()
    await pause_now(world, workflow_id)
    await _leave(world, workflow_id, records[:1], "first")
    await world.evaluate()
    assert len(await world.events("RequestEnded")) == 1
    await world.come_due(workflow_id)
    await _leave(world, workflow_id, records[1:], "passes what is scheduled")
    await world.evaluate()
    assert len(await world.events("RequestEnded")) == 2
    await _enroll(world, workflow_id, records[:1])
    await _leave(world, workflow_id, records, "behind")
    await world.evaluate()
    assert len(await world.events("RequestEnded")) == 2
    await resume_now(world, workflow_id)
    await world.evaluate()
    assert len(await world.events("RequestEnded")) == 3
    assert await world.pool.fetchval("SELECT count(*) FROM cohorts") == 0
    # The scheduled one, older than what was asked for, enrolls both; so the wish by hand finds its record active.
    assert await world.states(workflow_id) == ["EVALUATED", "EVALUATED", "COMPLETED"]


async def test_the_accounts_pause_stops_every_workflow_and_its_spans_are_united_with_the_workflows(
    world: World,
) -> None:
    workflow_id, other_id = await working(world, "LATEST"), await working(world, "LATEST")
    await pause_all(world)
    for each in (workflow_id, other_id):
        await world.come_due(each)
    await pause_now(world, workflow_id)
    await resume_all(world)
    await world.evaluate()
    assert await world.states(workflow_id) == ["DUE"]
    assert await world.states(other_id) == ["COMPLETED"]
    await world.come_due(workflow_id)
    await resume_now(world, workflow_id)
    await world.evaluate()
    assert await world.states(workflow_id) == ["SKIPPED", "COMPLETED"]


async def test_resuming_twice_resumes_once(world: World) -> None:
    workflow_id = await working(world)
    for act in (pause, pause, resume, resume):
        await act(workflow_id, work=world.workflow_work())
    await pause_all(world)
    await pause_all(world)
    await resume_all(world)
    await resume_all(world)
    kinds = ("WorkflowPaused", "WorkflowResumed", "AccountPaused", "AccountResumed")
    assert [event.type for event in await world.events(*kinds)] == list(kinds)


async def test_a_pause_that_commits_while_records_are_read_enrolls_nobody(world: World) -> None:
    await world.contacts(2)
    workflow_id = await working(world)
    await world.come_due(workflow_id)
    async with world.pool.acquire() as other:
        holding = other.transaction()
        await holding.start()
        await other.execute("SELECT FROM accounts FOR UPDATE")
        evaluating = asyncio.create_task(world.evaluate())
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        async with asyncio.timeout(20):
            while not await world.pool.fetchval(query):
                pass
        await other.execute("UPDATE accounts SET paused_at = rule_time()")
        await other.execute("INSERT INTO account_pauses (paused_at) VALUES (rule_time())")
        await holding.commit()
    await evaluating
    assert await world.states(workflow_id) == ["DUE"]
    assert await world.events("RecordsEnrolled") == []


async def test_a_deleted_workflow_ends_whatever_is_paused(world: World) -> None:
    await world.contacts(1)
    workflow_id = await working(world)
    await world.come_due(workflow_id)
    await world.evaluate()
    await pause_now(world, workflow_id)
    await pause_all(world)
    await world.come_due(workflow_id)
    await delete_workflow(workflow_id, work=world.workflow_work(), may_publish=True)
    await world.evaluate()
    assert await skips(world) == ["DELETED"]
    await end_deleted(session=world.session(EVALUATOR))
    assert await world.pool.fetchval("SELECT count(*) FROM cohorts") == 0


async def _enroll(world: World, workflow_id: int, record_ids: list[int]) -> None:
    await ask_enrollment(
        workflow_id, record_ids, trigger="MANUAL", command_id="k", open_work=world.open_work, metadata={}
    )


async def _leave(world: World, workflow_id: int, record_ids: list[int], key: str) -> None:
    await ask_unenrollment(workflow_id, record_ids, command_id=key, open_work=world.open_work, metadata={})
