"""Evaluating: exactly those who match are enrolled, once, or it is said why nobody is."""

import asyncio
from datetime import timedelta

import pytest

from executor_service.execution.handlers.accepting import accept_due
from executor_service.execution.handlers.evaluating import evaluate_next
from executor_service.execution.store import EVALUATOR
from executor_service.workflows.handlers import delete_workflow, turn_off
from shared.contracts import scheduled_occurrence_id
from shared.failpoints import FailpointError, switch_on
from shared.postgres import DRIVER_ERRORS, Kind, advisory_key
from tests.integration.execution.conftest import World, city_is, set_property


async def enrolled(world: World) -> list[int]:
    return [record_id for event in await world.events("RecordsEnrolled") for record_id in event.record_ids or ()]


async def test_an_occurrence_enrolls_exactly_the_records_that_match(world: World) -> None:
    await world.contacts(30, city="Paris")
    berliners = await world.contacts(1500, city="Berlin")
    await world.archive(*berliners[:10])
    workflow_id = await world.workflow(set_property("1", "company", "ACME"), branch=city_is("Berlin"))
    message = await world.come_due(workflow_id)
    await world.evaluate()
    assert await enrolled(world) == berliners[10:]
    [evaluated] = await world.events("OccurrenceEvaluated")
    assert evaluated.data["counts"]["matched"] == 1490
    assert evaluated.data["firstActionId"] == "1"
    assert evaluated.stream == f"occurrence-{message.occurrence_id}"
    sizes = await world.pool.fetch("SELECT size FROM cohorts ORDER BY size")
    assert [row["size"] for row in sizes] == [490, 1000]
    assert await world.states(workflow_id) == ["EVALUATED"]


async def test_an_occurrence_is_never_evaluated_before_its_instant(world: World) -> None:
    await world.contacts(1)
    message = await world.due_message(await world.workflow())
    await accept_due(message, event_id="x", open_work=world.open_work)
    assert await evaluate_next(session=world.session(EVALUATOR)) > 0
    assert await world.events("OccurrenceEvaluated") == []


async def test_a_record_that_is_still_active_is_not_enrolled_again_and_that_is_recorded(world: World) -> None:
    first = await world.contacts(3)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    await world.come_due(workflow_id)
    await world.evaluate()
    second = await world.contacts(2)
    await world.come_due(workflow_id)
    await world.evaluate()
    assert [event.record_ids for event in await world.events("RecordsEnrolled")] == [first, second]
    [refused] = await world.events("RecordsNotEnrolled")
    assert (refused.data["reason"], refused.record_ids) == ("ALREADY_ENROLLED", first)
    counts = (await world.events("OccurrenceEvaluated"))[1].data["counts"]
    assert (counts["matched"], counts["enrolled"], counts["alreadyEnrolled"]) == (5, 2, 3)


async def test_without_actions_an_occurrence_is_completed_with_its_enrollments(world: World) -> None:
    records = await world.contacts(2)
    workflow_id = await world.workflow()
    await world.come_due(workflow_id)
    await world.evaluate()
    assert await enrolled(world) == records
    assert await world.states(workflow_id) == ["COMPLETED"]
    assert len(await world.events("OccurrenceCompleted")) == 1


async def test_an_occurrence_that_matches_nobody_is_evaluated_and_completed(world: World) -> None:
    workflow_id = await world.workflow(set_property("1", "company", "ACME"), branch=city_is("Rome"))
    await world.come_due(workflow_id)
    await world.evaluate()
    [evaluated] = await world.events("OccurrenceEvaluated")
    assert evaluated.data["counts"]["matched"] == 0
    assert await world.states(workflow_id) == ["COMPLETED"]


async def test_a_workflow_that_was_off_at_the_instant_is_skipped(world: World) -> None:
    await world.contacts(1)
    workflow_id = await world.workflow()
    await turn_off(workflow_id, work=world.workflow_work())
    await world.come_due(workflow_id)
    await world.evaluate()
    [skipped] = await world.events("OccurrenceSkipped")
    assert skipped.data["reason"] == "TURNED_OFF"
    assert await enrolled(world) == []


async def test_one_that_is_turned_off_before_the_evaluation_enrolls_nobody(world: World) -> None:
    await world.contacts(1)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    await world.come_due(workflow_id)
    await turn_off(workflow_id, work=world.workflow_work())
    await world.evaluate()
    [skipped] = await world.events("OccurrenceSkipped")
    assert skipped.data["reason"] == "TURNED_OFF"
    assert await enrolled(world) == []


async def test_open_occurrences_of_a_deleted_workflow_are_skipped(world: World) -> None:
    workflow_id = await world.workflow()
    await world.come_due(workflow_id)
    await delete_workflow(workflow_id, work=world.workflow_work(), may_publish=True)
    await world.evaluate()
    [skipped] = await world.events("OccurrenceSkipped")
    assert skipped.data["reason"] == "DELETED"


async def test_an_instant_that_no_schedule_names_is_not_due(world: World) -> None:
    workflow_id = await world.workflow()
    message = await world.due_message(workflow_id)
    instant = message.due_at + timedelta(minutes=1)
    forged = message.model_copy(
        update={"due_at": instant, "occurrence_id": scheduled_occurrence_id(workflow_id, instant)}
    )
    await accept_due(forged, event_id="x", open_work=world.open_work)
    await world.pass_to(instant)
    await world.evaluate()
    [skipped] = await world.events("OccurrenceSkipped")
    assert skipped.data["reason"] == "NOT_DUE"


async def test_four_evaluators_at_once_evaluate_each_occurrence_once(world: World) -> None:
    await world.contacts(50)
    for _ in range(3):
        await world.come_due(await world.workflow(set_property("1", "company", "ACME")))
    await asyncio.gather(*(world.evaluate() for _ in range(4)))
    await world.evaluate()
    assert len(await world.events("OccurrenceEvaluated")) == 3
    assert len(await enrolled(world)) == 150


async def test_a_workflow_that_another_evaluator_has_is_passed_over(world: World) -> None:
    await world.contacts(1)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    await world.come_due(workflow_id)
    async with world.pool.acquire() as other:
        await other.execute("SELECT pg_advisory_lock($1)", advisory_key(Kind.EVALUATE, workflow_id))
        await world.evaluate()
        assert await world.states(workflow_id) == ["DUE"]
        await other.execute("SELECT pg_advisory_unlock_all()")
    await world.evaluate()
    assert await world.states(workflow_id) == ["EVALUATED"]


async def test_a_failed_evaluation_leaves_nothing_and_is_tried_again_later(world: World) -> None:
    records = await world.contacts(2)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    message = await world.come_due(workflow_id)
    switch_on("executor.evaluated_before_commit:1:raise")
    await world.evaluate()
    assert (await enrolled(world), await world.states(workflow_id)) == ([], ["DUE"])
    await world.pass_to(message.due_at + timedelta(seconds=5))
    await world.evaluate()
    assert await enrolled(world) == records


async def test_the_fifth_failure_ends_an_occurrence(world: World) -> None:
    workflow_id = await world.workflow()
    message = await world.come_due(workflow_id)
    for attempt in range(5):
        switch_on("executor.evaluated_before_commit:1:raise")
        await world.pass_to(message.due_at + timedelta(minutes=2 * attempt))
        await world.evaluate()
    [failed] = await world.events("OccurrenceFailed")
    assert (failed.data["reason"], failed.data["attempts"]) == ("INTERNAL", 5)
    assert await world.states(workflow_id) == ["FAILED"]


async def test_an_evaluation_that_kills_its_process_each_time_ends_too(world: World) -> None:
    workflow_id = await world.workflow()
    await world.come_due(workflow_id)
    await world.pool.execute("UPDATE occurrences SET attempts = 5")
    await world.evaluate()
    [failed] = await world.events("OccurrenceFailed")
    assert (failed.data["reason"], failed.data["attempts"]) == ("INTERNAL", 5)


async def test_scheduled_occurrences_wait_behind_one_that_is_to_be_tried_again(world: World) -> None:
    workflow_id = await world.workflow()
    await world.come_due(workflow_id)
    switch_on("executor.evaluated_before_commit:1:raise")
    await world.evaluate()
    await world.pool.execute("UPDATE occurrences SET retry_at = rule_time() + interval '2 days'")
    await world.come_due(workflow_id)
    await world.evaluate()
    assert await world.states(workflow_id) == ["DUE", "DUE"]
    await world.pool.execute("UPDATE occurrences SET retry_at = rule_time()")
    await world.evaluate()
    assert await world.states(workflow_id) == ["COMPLETED", "COMPLETED"]


async def test_a_crash_after_the_commit_changes_nothing_any_more(world: World) -> None:
    records = await world.contacts(2)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    await world.come_due(workflow_id)
    switch_on("executor.evaluated_after_commit:1:raise")
    await world.evaluate()
    await world.evaluate()
    assert await enrolled(world) == records
    assert await world.states(workflow_id) == ["EVALUATED"]


async def test_an_evaluator_whose_session_was_ended_writes_nothing(world: World) -> None:
    await world.contacts(2)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    await world.come_due(workflow_id)
    session = world.session(EVALUATOR)
    async with session.seat() as seat, seat.evaluating(workflow_id) as is_evaluator:
        assert is_evaluator
        await world.pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE locktype = 'advisory' AND datname = current_database()"
        )
        with pytest.raises(DRIVER_ERRORS):
            await seat.queue.head(workflow_id, is_paused=False)
    await world.evaluate()
    assert await world.states(workflow_id) == ["EVALUATED"]


async def test_completing_is_tried_again_after_a_crash_before_its_commit(world: World) -> None:
    await world.contacts(2)
    workflow_id = await world.workflow(set_property("1", "company", "ACME"))
    await world.come_due(workflow_id)
    await world.evaluate()
    await world.advance()
    switch_on("executor.completed_before_commit:1:raise")
    with pytest.raises(FailpointError):
        await world.complete()
    assert await world.states(workflow_id) == ["EVALUATED"]
    await asyncio.gather(world.complete(), world.complete())
    assert await world.states(workflow_id) == ["COMPLETED"]
    assert len(await world.events("OccurrenceCompleted")) == 1


async def test_an_edit_that_commits_while_records_are_read_makes_the_evaluation_begin_anew(world: World) -> None:
    await world.contacts(2, city="Paris")
    berliners = await world.contacts(3, city="Berlin")
    workflow_id = await world.workflow(set_property("1", "company", "ACME"), branch=city_is("Paris"))
    message = await world.come_due(workflow_id)
    async with world.pool.acquire() as editor:
        edit = editor.transaction()
        await edit.start()
        await editor.execute("SELECT FROM workflows WHERE id = $1 FOR NO KEY UPDATE", workflow_id)
        await editor.execute(
            "INSERT INTO workflow_revisions (workflow_id, revision, document) SELECT workflow_id, 2,"
            " jsonb_set(document::jsonb, '{enrollmentCriteria,listFilterBranch}', $2)"
            " FROM workflow_revisions WHERE workflow_id = $1",
            workflow_id,
            city_is("Berlin"),
        )
        await editor.execute(
            "INSERT INTO workflow_plans (workflow_id, version, revision, time_zone_id, effective_at)"
            " VALUES ($1, 99, 2, 'UTC', $2)",
            workflow_id,
            message.due_at - timedelta(milliseconds=1),
        )
        evaluating = asyncio.create_task(world.evaluate())
        await waits_for_a_lock(world)
        await edit.commit()
    await evaluating
    assert await enrolled(world) == berliners
    [evaluated] = await world.events("OccurrenceEvaluated")
    assert evaluated.data["revisionId"] == "2"


async def waits_for_a_lock(world: World) -> None:
    """Return as soon as a session of this database waits for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(5):
        while not await world.pool.fetchval(query):
            pass
