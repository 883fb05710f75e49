"""Leaving: a request reaches exactly the enrollments that were asked for before it, whoever has their cohorts."""

import asyncio

import pytest

from executor_service.execution.handlers.asking import CommandReusedError, ask_enrollment, ask_unenrollment
from executor_service.execution.handlers.leaving import end_deleted
from executor_service.execution.store import EVALUATOR
from executor_service.workflows.handlers import delete_workflow, turn_off
from shared.contracts import claim_id
from shared.failpoints import switch_on
from tests.integration.execution.conftest import World, set_property


async def working(world: World) -> int:
    return await world.workflow(set_property("1", "company", "ACME"))


async def enroll(world: World, workflow_id: int, record_ids: list[int], key: str = "enroll") -> None:
    await ask_enrollment(
        workflow_id, record_ids, trigger="MANUAL", command_id=key, open_work=world.open_work, metadata={}
    )


async def unenroll(world: World, workflow_id: int, record_ids: list[int], key: str = "leave") -> None:
    await ask_unenrollment(workflow_id, record_ids, command_id=key, open_work=world.open_work, metadata={})


async def active(world: World) -> list[int]:
    rows = await world.pool.fetch("SELECT unnest(record_ids) AS id FROM cohorts ORDER BY id")
    return [row["id"] for row in rows]


async def ends(world: World) -> list[tuple[str, int]]:
    return [(event.data["outcome"], event.data["unenrolled"]) for event in await world.events("RequestEnded")]


async def test_one_who_is_enrolled_and_then_unenrolled_is_out(world: World) -> None:
    records = await world.contacts(3)
    workflow_id = await working(world)
    await enroll(world, workflow_id, records)
    await unenroll(world, workflow_id, [records[1]])
    await world.evaluate()
    assert await active(world) == [records[0], records[2]]
    assert await ends(world) == [("APPLIED", 1)]
    [left] = await world.events("RecordsUnenrolled")
    assert left.record_ids == [records[1]]
    [group] = left.data["groups"]
    assert (group["outcome"], group["reason"], group["next"], group["count"]) == ("UNENROLLED", "MANUAL", None, 1)
    assert (left.data["actionId"], left.data["actionTypeId"], left.data["cohorts"][0]["size"]) == ("1", "0-5", 1)


async def test_one_who_is_unenrolled_and_then_enrolled_is_in(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await working(world)
    await unenroll(world, workflow_id, records)
    await enroll(world, workflow_id, records)
    await world.evaluate()
    assert await active(world) == records
    assert await ends(world) == [("NOTHING_TO_DO", 0)]


async def test_a_request_also_reaches_whom_an_older_wish_enrolls_after_a_worker_applied_it(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await working(world)
    await enroll(world, workflow_id, records, "first")
    await world.evaluate()
    await enroll(world, workflow_id, records, "second")
    await unenroll(world, workflow_id, records)
    async with world.open_work() as work:
        assert await work.requests.take(workflow_id, records) == {records[0]: "MANUAL"}
        await work.cohorts.end([await world.pool.fetchval("SELECT id FROM cohorts")])
        await work.commit()
    await world.evaluate()
    assert await active(world) == []
    assert await ends(world) == [("APPLIED", 1)]
    assert len(await world.events("RecordsEnrolled")) == 2


async def test_a_cohort_that_some_leave_goes_on_in_a_new_epoch(world: World) -> None:
    records = await world.contacts(3)
    workflow_id = await working(world)
    await enroll(world, workflow_id, records)
    await world.evaluate()
    before = await world.pool.fetchrow("SELECT id, epoch FROM cohorts")
    assert before is not None
    await unenroll(world, workflow_id, records[:2])
    await world.evaluate()
    after = await world.pool.fetchrow("SELECT id, epoch, size FROM cohorts")
    assert tuple(after or ()) == (before["id"], before["epoch"] + 1, 1)
    [left] = await world.events("RecordsUnenrolled")
    assert left.stream == f"claim-{claim_id(workflow_id, before['id'], before['epoch'] + 1)}"
    await world.advance()
    await world.complete()
    assert await world.groups() == [("SUCCEEDED", None, 1)]
    assert await world.states(workflow_id) == ["COMPLETED"]


async def test_the_queue_waits_for_a_cohort_that_has_an_owner_even_one_whose_lease_is_over(world: World) -> None:
    records = await world.contacts(2)
    workflow_id = await working(world)
    await enroll(world, workflow_id, records[:1])
    await world.evaluate()
    await world.pool.execute("UPDATE cohorts SET owner = 'a', lease_until = clock_timestamp() - interval '1 hour'")
    await unenroll(world, workflow_id, records[:1])
    await enroll(world, workflow_id, records, "behind")
    await world.evaluate()
    assert (await ends(world), await world.states(workflow_id)) == ([], ["EVALUATED", "DUE"])
    await world.pool.execute("UPDATE cohorts SET owner = NULL, lease_until = NULL")
    await world.evaluate()
    assert (await ends(world), await active(world)) == ([("APPLIED", 1)], records)


async def test_a_request_over_many_cohorts_ends_with_the_last_of_them(world: World) -> None:
    records = await world.contacts(11)
    workflow_id = await working(world)
    for record_id in records:
        await enroll(world, workflow_id, [record_id], f"enroll {record_id}")
    await unenroll(world, workflow_id, records)
    await asyncio.gather(world.evaluate(), world.evaluate())
    await world.evaluate()
    assert await active(world) == []
    assert await ends(world) == [("APPLIED", 11)]
    left = [record_id for event in await world.events("RecordsUnenrolled") for record_id in event.record_ids or ()]
    assert sorted(left) == records


async def test_unenrollment_is_of_a_workflow_that_is_off_too(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await working(world)
    await enroll(world, workflow_id, records)
    await world.evaluate()
    await turn_off(workflow_id, work=world.workflow_work())
    await unenroll(world, workflow_id, records)
    await world.evaluate()
    assert (await active(world), await ends(world)) == ([], [("APPLIED", 1)])


async def test_a_request_counts_once_by_its_command(world: World) -> None:
    records = await world.contacts(2)
    workflow_id = await working(world)
    await unenroll(world, workflow_id, records)
    await unenroll(world, workflow_id, records)
    await world.evaluate()
    await unenroll(world, workflow_id, records)
    with pytest.raises(CommandReusedError):
        await unenroll(world, workflow_id, records[:1])
    [requested] = await world.events("UnenrollmentRequested")
    assert requested.record_ids == records
    assert await ends(world) == [("NOTHING_TO_DO", 0)]


async def test_a_crash_before_the_commit_leaves_the_records_where_they_were(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await working(world)
    await enroll(world, workflow_id, records)
    await world.evaluate()
    await unenroll(world, workflow_id, records)
    switch_on("executor.unenrolled_before_commit:1:raise")
    await world.evaluate()
    assert (await active(world), await ends(world)) == (records, [])
    await world.evaluate()
    assert (await active(world), await ends(world)) == ([], [("APPLIED", 1)])


async def test_the_enrollments_of_a_deleted_workflow_end(world: World) -> None:
    records = await world.contacts(2)
    workflow_id, other_id = await working(world), await working(world)
    for each in (workflow_id, other_id):
        await enroll(world, each, records)
    await world.evaluate()
    await delete_workflow(workflow_id, work=world.workflow_work(), may_publish=True)
    session = world.session(EVALUATOR)
    while await end_deleted(session=session) == 0.0:
        pass
    await world.complete()
    assert await active(world) == records
    [left] = await world.events("RecordsUnenrolled")
    assert (left.data["workflowId"], left.data["groups"][0]["reason"]) == (str(workflow_id), "WORKFLOW_DELETED")
    assert await world.states(workflow_id) == ["COMPLETED"]
    assert await world.states(other_id) == ["EVALUATED"]
