"""Asking: what people and commands wish of a workflow is filed once, and taken in order by its evaluator."""

from datetime import timedelta
from uuid import UUID

import pytest

from executor_service.events import Trigger
from executor_service.execution.actions import Catalogue
from executor_service.execution.handlers.asking import (
    Asked,
    CommandReusedError,
    NoSuchWorkflowError,
    TooManyRecordsError,
    UnknownRecordsError,
    WorkflowOffError,
    ask_enrollment,
    ask_run,
    refuse_command,
)
from executor_service.workflows.handlers import delete_workflow, replace_workflow, turn_off, turn_on
from shared.contracts import asked_occurrence_id
from shared.failpoints import FailpointError, switch_on
from tests.integration.execution.conftest import World, city_is, flow, set_property


async def enroll(
    world: World, workflow_id: int, record_ids: list[int], *, key: str = "key", trigger: Trigger = "MANUAL"
) -> Asked:
    return await ask_enrollment(
        workflow_id, record_ids, trigger=trigger, command_id=key, open_work=world.open_work, metadata={"actor": "key-1"}
    )


async def run(world: World, workflow_id: int, *, key: str = "key", trigger: Trigger = "RUN_NOW") -> Asked:
    return await ask_run(workflow_id, trigger=trigger, command_id=key, open_work=world.open_work, metadata={})


async def enrolled(world: World) -> list[list[int]]:
    return [list(event.record_ids or ()) for event in await world.events("RecordsEnrolled")]


async def test_records_named_by_hand_are_enrolled_whether_they_match_or_not(world: World) -> None:
    records = await world.contacts(4, city="Paris")
    workflow_id = await world.workflow(set_property("1", "company", "ACME"), branch=city_is("Berlin"))
    asked = await enroll(world, workflow_id, [records[2], records[0], records[3]])
    await world.evaluate()
    assert await enrolled(world) == [[records[0], records[2], records[3]]]
    [recorded] = await world.events("OccurrenceRecorded")
    assert asked == Asked(asked_occurrence_id(workflow_id, "MANUAL", "key"), recorded.position)
    assert (recorded.data["trigger"], recorded.data["commandId"], recorded.data["nominal"]) == ("MANUAL", "key", None)
    assert list(recorded.record_ids or ()) == [records[0], records[2], records[3]]
    assert recorded.metadata["actor"] == "key-1"
    [evaluated] = await world.events("OccurrenceEvaluated")
    assert (evaluated.data["counts"]["matched"], evaluated.data["counts"]["enrolled"]) == (3, 3)


async def test_those_archived_before_the_evaluation_are_missing_and_those_active_are_refused(world: World) -> None:
    records = await world.contacts(3)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    await enroll(world, workflow_id, [records[0]], key="first")
    await enroll(world, workflow_id, records, key="second")
    await world.archive(records[2])
    await world.evaluate()
    assert await enrolled(world) == [[records[0]], [records[1]]]
    refused = {event.data["reason"]: list(event.record_ids or ()) for event in await world.events("RecordsNotEnrolled")}
    assert refused == {"ALREADY_ENROLLED": [records[0]], "MISSING": [records[2]]}
    counts = (await world.events("OccurrenceEvaluated"))[1].data["counts"]
    assert (counts["matched"], counts["enrolled"], counts["alreadyEnrolled"], counts["missing"]) == (3, 1, 1, 1)


async def test_a_wish_counts_once_by_its_command_and_answers_alike(world: World) -> None:
    records = await world.contacts(2)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    one = await enroll(world, workflow_id, records)
    two = await enroll(world, workflow_id, records)
    runs = [await run(world, workflow_id), await run(world, workflow_id)]
    assert (one, runs[0]) == (two, runs[1])
    assert one.occurrence_id != runs[0].occurrence_id
    await world.evaluate()
    assert await enrolled(world) == [records]
    assert (await enroll(world, workflow_id, records)).occurrence_id == one.occurrence_id
    with pytest.raises(CommandReusedError):
        await enroll(world, workflow_id, records[:1])
    assert len(await world.events("OccurrenceRecorded")) == 2


async def test_ids_that_cannot_be_enrolled_are_told_by_position_and_nothing_is_filed(world: World) -> None:
    records = await world.contacts(3)
    await world.archive(records[1])
    workflow_id = await world.workflow()
    with pytest.raises(UnknownRecordsError) as refused:
        await enroll(world, workflow_id, [records[0], records[1], records[0], 999_999, records[2]])
    assert (refused.value.positions, refused.value.doubles) == ((1, 3), (2,))
    with pytest.raises(TooManyRecordsError):
        await enroll(world, workflow_id, list(range(10_001)))
    assert await world.states(workflow_id) == []


async def test_a_person_is_told_that_a_workflow_is_off_and_a_command_is_recorded_and_skipped(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await world.workflow()
    await turn_off(workflow_id, work=world.workflow_work())
    for wish in (enroll(world, workflow_id, records), run(world, workflow_id)):
        with pytest.raises(WorkflowOffError):
            await wish
    await enroll(world, workflow_id, records, trigger="COMMAND")
    await turn_on(workflow_id, work=world.workflow_work(), catalogue=Catalogue())
    await world.evaluate()
    [skipped] = await world.events("OccurrenceSkipped")
    assert skipped.data["reason"] == "TURNED_OFF"
    assert await enrolled(world) == []


async def test_what_was_asked_before_the_workflow_was_turned_off_is_skipped(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await world.workflow()
    await enroll(world, workflow_id, records)
    await turn_off(workflow_id, work=world.workflow_work())
    await world.evaluate()
    [skipped] = await world.events("OccurrenceSkipped")
    assert (skipped.data["reason"], await enrolled(world)) == ("TURNED_OFF", [])


async def test_of_a_deleted_workflow_nothing_is_asked_and_what_was_is_skipped(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await world.workflow()
    await run(world, workflow_id)
    await delete_workflow(workflow_id, work=world.workflow_work(), may_publish=True)
    with pytest.raises(NoSuchWorkflowError):
        await enroll(world, workflow_id, records)
    await world.evaluate()
    [skipped] = await world.events("OccurrenceSkipped")
    assert skipped.data["reason"] == "DELETED"


async def test_run_now_enrolls_whom_the_criteria_of_that_instant_match_now(world: World) -> None:
    await world.contacts(2, city="Paris")
    berliners = await world.contacts(2, city="Berlin")
    workflow_id = await world.workflow(set_property("1", "company", "ACME"), branch=city_is("Berlin"))
    asked = await run(world, workflow_id)
    now = await world.now()
    edited = flow([set_property("1", "company", "ACME")], city_is("Paris"), (now.hour + 3) % 24)
    await replace_workflow(
        workflow_id,
        work=world.workflow_work(),
        catalogue=Catalogue(),
        body={**edited, "revisionId": "1"},
        may_publish=True,
    )
    berliners += await world.contacts(1, city="Berlin")
    await world.evaluate()
    assert await enrolled(world) == [berliners]
    [evaluated] = await world.events("OccurrenceEvaluated")
    assert evaluated.stream == f"occurrence-{asked.occurrence_id}"
    assert evaluated.data["revisionId"] == "1"


async def test_what_is_asked_for_passes_a_scheduled_one_that_waits_to_be_tried_again(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    await world.come_due(workflow_id)
    switch_on("executor.evaluated_before_commit:1:raise")
    await world.evaluate()
    await world.pool.execute("UPDATE occurrences SET retry_at = rule_time() + interval '2 days'")
    await enroll(world, workflow_id, records)
    await world.evaluate()
    assert await world.states(workflow_id) == ["DUE", "EVALUATED"]


async def test_a_wish_whose_process_dies_before_the_commit_was_never_made(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await world.workflow()
    switch_on("executor.asked_before_commit:1:raise")
    with pytest.raises(FailpointError):
        await enroll(world, workflow_id, records)
    assert await world.states(workflow_id) == []
    await enroll(world, workflow_id, records)
    assert await world.states(workflow_id) == ["DUE"]


async def test_a_command_is_refused_once(world: World) -> None:
    refuse = [
        await refuse_command(7, command_id="c-1", reason="NO_SUCH_WORKFLOW", open_work=world.open_work, metadata={})
        for _ in range(2)
    ]
    [refused] = await world.events("CommandRefused")
    assert refuse == [refused.position] * 2
    assert refused.data == {"workflowId": "7", "commandId": "c-1", "reason": "NO_SUCH_WORKFLOW"}
    assert str(UUID(refused.stream.removeprefix("command-"))) == refused.stream.removeprefix("command-")


async def test_a_manual_enrollment_is_never_before_the_instant_of_asking(world: World) -> None:
    records = await world.contacts(1)
    workflow_id = await world.workflow()
    before = await world.now()
    await enroll(world, workflow_id, records)
    due_at = await world.pool.fetchval("SELECT due_at FROM occurrences")
    assert before <= due_at <= before + timedelta(minutes=1)
