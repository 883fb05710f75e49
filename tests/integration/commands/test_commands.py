"""Commands from Kafka: each is carried out once, or refused once and told, or a dead letter."""

from executor_service.execution.actions import Catalogue
from executor_service.workflows.handlers import turn_off, turn_on
from shared.failpoints import switch_on
from tests.integration.commands.conftest import Desk, command, structured
from tests.integration.execution.conftest import World, set_property


async def test_a_command_counts_once_for_each_id(desk: Desk, world: World) -> None:
    contacts = await world.contacts(3)
    workflow_id = await world.workflow(set_property("1", "city", "Oslo"))
    first = command("enroll", workflow_id, *contacts[:2], command_id="first")
    await desk.accept(first, first, structured("enroll", workflow_id, *contacts[:2], command_id="first"))
    await desk.accept(command("enroll", workflow_id, contacts[2], command_id="second"))
    await world.evaluate()
    await world.advance()
    assert [trigger for trigger, _ in await desk.occurrences()] == ["COMMAND", "COMMAND"]
    assert set((await world.values("city")).values()) == {"Oslo"}
    assert await desk.refusals() == []


async def test_run_now_by_command_evaluates_once_for_each_id(desk: Desk, world: World) -> None:
    await world.contacts(2)
    workflow_id = await world.workflow(set_property("1", "city", "Oslo"))
    run = command("run", workflow_id, command_id="now")
    await desk.accept(run, run, run)
    await world.evaluate()
    await world.advance()
    assert [trigger for trigger, _ in await desk.occurrences()] == ["COMMAND"]
    assert set((await world.values("city")).values()) == {"Oslo"}


async def test_an_unenrollment_by_command_is_filed_once(desk: Desk, world: World) -> None:
    contacts = await world.contacts(2)
    workflow_id = await world.workflow(set_property("1", "city", "Oslo"))
    leave = command("unenroll", workflow_id, *contacts, command_id="leave")
    await desk.accept(leave, leave)
    assert len(await world.events("UnenrollmentRequested")) == 1


async def test_a_command_that_comes_again_does_not_turn_back_what_a_person_did(desk: Desk, world: World) -> None:
    workflow_id = await world.workflow()
    off, on = (command(f"turn-{word}", workflow_id, command_id=word) for word in ("off", "on"))
    await desk.accept(off)
    assert not await desk.is_on(workflow_id)
    await turn_on(workflow_id, work=world.workflow_work(), catalogue=Catalogue())
    await desk.accept(off)
    assert await desk.is_on(workflow_id)
    await desk.accept(on)
    await turn_off(workflow_id, work=world.workflow_work())
    await desk.accept(on)
    assert not await desk.is_on(workflow_id)


async def test_what_is_not_allowed_is_refused_with_its_reason_and_is_no_dead_letter(desk: Desk, world: World) -> None:
    workflow_id = await world.workflow(set_property("1", "city", "Oslo"))
    (contact,) = await world.contacts(1)
    await desk.accept(
        command("run", 999, command_id="nowhere"),
        command("turn-on", 999, command_id="nothing"),
        command("enroll", workflow_id, contact, contact, command_id="twice"),
        command("enroll", workflow_id, 999_999, command_id="nobody"),
        command("unenroll", workflow_id, *range(1, 10_002), command_id="many"),
    )
    assert await desk.refusals() == [
        ("999", "nowhere", "NO_SUCH_WORKFLOW"),
        ("999", "nothing", "NO_SUCH_WORKFLOW"),
        (str(workflow_id), "twice", "UNKNOWN_RECORDS"),
        (str(workflow_id), "nobody", "UNKNOWN_RECORDS"),
        (str(workflow_id), "many", "TOO_MANY"),
    ]
    assert await desk.letters() == []
    assert await desk.occurrences() == []


async def test_a_command_that_was_refused_is_not_carried_out_later(desk: Desk, world: World) -> None:
    await desk.accept(command("run", 1, command_id="early"))
    workflow_id = await world.workflow()
    assert workflow_id == 1
    await desk.accept(command("run", 1, command_id="early"))
    assert (len(await desk.refusals()), await desk.occurrences()) == (1, [])


async def test_a_command_that_failed_on_our_side_is_tried_again_and_counts_once(desk: Desk, world: World) -> None:
    workflow_id = await world.workflow()
    switch_on("executor.accepted_before_commit:1:raise")
    await desk.accept(command("run", workflow_id, command_id="hard"))
    assert [trigger for trigger, _ in await desk.occurrences()] == ["COMMAND"]
    assert await desk.letters() == []


async def test_a_command_to_a_workflow_that_is_off_is_recorded_and_skipped(desk: Desk, world: World) -> None:
    contacts = await world.contacts(1)
    workflow_id = await world.workflow(set_property("1", "city", "Oslo"))
    await turn_off(workflow_id, work=world.workflow_work())
    await desk.accept(command("enroll", workflow_id, *contacts))
    await world.evaluate()
    assert await desk.occurrences() == [("COMMAND", "SKIPPED")]


async def test_a_field_of_tomorrow_is_harmless_and_a_type_of_tomorrow_is_a_dead_letter(
    desk: Desk, world: World
) -> None:
    workflow_id = await world.workflow()
    await desk.accept(command("run", workflow_id, command_id="a", tomorrow={"priority": 1}))
    await desk.accept(command("run.v2", workflow_id, command_id="b"))
    assert len(await desk.occurrences()) == 1
    assert await desk.letters() == ["INVALID"]
