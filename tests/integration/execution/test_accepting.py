"""What the scheduler says is stored once, whatever the number and the order of its messages."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from executor_service.execution.handlers.accepting import accept_due, accept_skips
from shared.contracts import OccurrencesSkipped, scheduled_occurrence_id
from shared.failpoints import FailpointError, switch_on
from shared.kafka import RefusedMessageError
from tests.integration.execution.conftest import World


async def test_a_due_message_that_comes_five_times_at_once_is_one_occurrence(world: World) -> None:
    workflow_id = await world.workflow()
    message = await world.due_message(workflow_id)
    accepted = await asyncio.gather(
        *(accept_due(message, event_id="due-1", open_work=world.open_work) for _ in range(5))
    )
    assert sorted(accepted) == [False, False, False, False, True]
    [recorded] = await world.events("OccurrenceRecorded")
    assert (recorded.stream, recorded.version) == (f"occurrence-{message.occurrence_id}", 1)
    assert recorded.data["trigger"] == "SCHEDULE"
    assert recorded.metadata["causationId"] == "due-1"


async def test_messages_out_of_order_are_evaluated_in_order(world: World) -> None:
    workflow_id = await world.workflow()
    messages = [await world.due_message(workflow_id, days=days) for days in range(3)]
    for message in (messages[2], messages[0], messages[1], messages[0]):
        await accept_due(message, event_id="x", open_work=world.open_work)
    await world.pass_to(messages[2].due_at)
    await world.evaluate()
    evaluated = [event.data["occurrenceId"] for event in await world.events("OccurrenceEvaluated")]
    assert evaluated == [str(message.occurrence_id) for message in messages]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"occurrence_id": UUID(int=5)}, "WRONG_OCCURRENCE_ID"),
        ({"nominal": "2026\x00"}, "NOT_A_TEXT"),
    ],
)
async def test_a_message_that_cannot_be_meant_is_refused(world: World, change: dict[str, object], reason: str) -> None:
    message = await world.due_message(await world.workflow())
    with pytest.raises(RefusedMessageError) as refused:
        await accept_due(message.model_copy(update=change), event_id="x", open_work=world.open_work)
    assert refused.value.reason_code == reason
    assert await world.events("OccurrenceRecorded") == []


async def test_an_instant_without_an_offset_is_refused(world: World) -> None:
    message = await world.due_message(await world.workflow())
    naive = message.model_copy(update={"due_at": message.due_at.replace(tzinfo=None)})
    with pytest.raises(RefusedMessageError) as refused:
        await accept_due(naive, event_id="x", open_work=world.open_work)
    assert refused.value.reason_code == "NOT_AN_INSTANT"


async def test_a_workflow_that_never_was_is_refused(world: World) -> None:
    message = await world.due_message(await world.workflow())
    forged = message.model_copy(
        update={"workflow_id": "999", "occurrence_id": scheduled_occurrence_id(999, message.due_at)}
    )
    with pytest.raises(RefusedMessageError) as refused:
        await accept_due(forged, event_id="x", open_work=world.open_work)
    assert refused.value.reason_code == "NO_SUCH_WORKFLOW"


async def test_a_crash_before_the_commit_leaves_nothing_and_the_next_message_is_accepted(world: World) -> None:
    message = await world.due_message(await world.workflow())
    switch_on("executor.accepted_before_commit:1:raise")
    with pytest.raises(FailpointError):
        await accept_due(message, event_id="x", open_work=world.open_work)
    assert await world.events("OccurrenceRecorded") == []
    assert await accept_due(message, event_id="x", open_work=world.open_work)
    assert len(await world.events("OccurrenceRecorded")) == 1


async def test_what_the_scheduler_skipped_is_taken_over_once_into_the_workflows_stream(world: World) -> None:
    workflow_id = await world.workflow()
    skips = OccurrencesSkipped(
        workflow_id=str(workflow_id),
        revision_id="1",
        reason="MISSED",
        first="2026-11-20T08:00",
        last="2026-11-24T08:00",
        count=5,
    )
    taken = [await accept_skips(skips, event_id="skip-1", open_work=world.open_work) for _ in range(3)]
    assert taken == [True, False, False]
    [event] = await world.events("OccurrencesSkipped")
    assert event.stream == f"workflow-{workflow_id}"
    assert (event.data["sourceEventId"], event.data["count"]) == ("skip-1", 5)


async def test_an_occurrence_over_which_a_skip_is_recorded_is_not_due(world: World) -> None:
    workflow_id = await world.workflow()
    await world.contacts(1)
    message = await world.due_message(workflow_id, days=1)
    skips = OccurrencesSkipped(
        workflow_id=str(workflow_id),
        revision_id="1",
        reason="MISSED",
        first=(message.due_at - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        last=message.nominal,
        count=2,
    )
    await accept_skips(skips, event_id="skip-1", open_work=world.open_work)
    await accept_due(message, event_id="x", open_work=world.open_work)
    await world.pass_to(message.due_at)
    await world.evaluate()
    [skipped] = await world.events("OccurrenceSkipped")
    assert skipped.data["reason"] == "NOT_DUE"
    assert await world.states(workflow_id) == ["SKIPPED"]


async def test_a_skip_of_the_first_pass_of_a_local_time_is_not_one_of_the_second(world: World) -> None:
    workflow_id = await world.workflow()
    await world.contacts(1)
    message = await world.due_message(workflow_id, days=1)
    first_pass = message.due_at - timedelta(hours=1)
    skips = OccurrencesSkipped(
        workflow_id=str(workflow_id),
        revision_id="1",
        reason="MISSED",
        first=message.nominal,
        last=message.nominal,
        count=1,
        first_at=first_pass,
        last_at=first_pass,
    )
    await accept_skips(skips, event_id="skip-1", open_work=world.open_work)
    await accept_due(message, event_id="x", open_work=world.open_work)
    await world.pass_to(message.due_at)
    await world.evaluate()
    assert await world.events("OccurrenceSkipped") == []
