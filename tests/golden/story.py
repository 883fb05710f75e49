"""What happens in the golden log: the executor does all it can do, in a world of a few contacts."""

from datetime import timedelta

from executor_service.account.handlers import change_account, pause_account, resume_account
from executor_service.account.ports import AccountBook
from executor_service.account.store import PostgresAccountBook, create_key
from executor_service.account.store.keys import revoke_key
from executor_service.execution.actions import Catalogue
from executor_service.execution.handlers.accepting import accept_skips
from executor_service.execution.handlers.advancing import Worker, advance_next
from executor_service.execution.handlers.asking import ask_enrollment, ask_run, ask_unenrollment, refuse_command
from executor_service.execution.handlers.leaving import end_deleted
from executor_service.execution.store import EVALUATOR
from executor_service.web import Role
from executor_service.workflows.handlers import create_workflow, delete_workflow, pause, resume, turn_off, turn_on
from shared.contracts import LIFECYCLE, OccurrencesSkipped
from shared.event_store import Append, NewEvent
from shared.failpoints import switch_on
from shared.postgres import Transaction
from shared.postgres_event_store import PostgresEventStore
from tests.integration.execution.conftest import EVERYONE, World, city_is, flow, set_property
from tests.integration.execution.test_setting import copied
from tests.integration.execution.walking import assign, branch, delay, list_branch, single, text_is, waiting_until

TOPIC = "acme.leads"
_CATALOGUE = Catalogue.of(publish_topics=[TOPIC])
_ATTEMPTS = 5


async def tell(world: World) -> None:
    """Let everything happen, one part after the other."""
    oslo = await world.contacts(5, city="Oslo")
    others = [*await world.contacts(3, city="Bergen"), *await world.contacts(1)]
    await _account(world)
    await _keys(world)
    journey = await _journey(world)
    await _pauses(world, journey)
    await _wishes(world, oslo + others)
    await _results_of_actions(world)
    await _ends_of_occurrences(world)
    await _many_days(world)
    await _still_waiting(world)
    await _what_the_relay_steps_over(world)


async def _account(world: World) -> None:
    async with Transaction(world.pool) as work:
        book: AccountBook = PostgresAccountBook(work.connection)
        await change_account(book=book, name=None, time_zone_id="Europe/Oslo", tell_zone=_nobody)
        await work.commit()


async def _nobody(*, time_zone_id: str) -> None:
    del time_zone_id


async def _keys(world: World) -> None:
    async with Transaction(world.pool) as work:
        made = await create_key(work.connection, "a key", Role.EDITOR)
        await revoke_key(work.connection, made.id)
        await work.commit()


async def _journey(world: World) -> int:
    """A delay, a branch of three ways, a property, a message: for everyone; returns the workflow."""
    split = list_branch(
        "2", branch("capital", text_is("city", "Oslo"), "3"), branch("coast", text_is("city", "Bergen"), "4")
    )
    actions = [
        delay("1", "90", "MINUTES", "2"),
        split,
        set_property("3", "company", "ACME", "4"),
        single("4", "2-1", {"topic": TOPIC, "key": "{{ enrolled_object.city | default: 'nowhere' }}"}),
    ]
    workflow_id = await _made(world, *actions)
    await world.come_due(workflow_id)
    await world.evaluate()
    await _advance(world)
    await world.come_due(workflow_id)
    await world.evaluate()
    for until in await waiting_until(world):
        await world.pass_to(until)
        await _advance(world)
    await world.complete()
    return workflow_id


async def _made(world: World, *actions: dict[str, object]) -> int:
    body = flow(actions, EVERYONE, ((await world.now()).hour + 3) % 24)
    written = await create_workflow(work=world.workflow_work(), catalogue=_CATALOGUE, body=body, may_publish=True)
    return written.state.workflow_id


async def _advance(world: World) -> None:
    session, worker = world.session(), Worker("worker", _CATALOGUE)
    while await advance_next(session=session, worker=worker) == 0.0:
        pass


async def _pauses(world: World, workflow_id: int) -> None:
    """What comes due in a pause waits, and its policy keeps the newest of it."""
    await pause(workflow_id, work=world.workflow_work())
    for _ in range(3):
        await world.come_due(workflow_id)
    await resume(workflow_id, work=world.workflow_work())
    await world.evaluate()
    async with Transaction(world.pool) as work:
        await pause_account(book=PostgresAccountBook(work.connection))
        await resume_account(book=PostgresAccountBook(work.connection))
        await work.commit()
    await turn_off(workflow_id, work=world.workflow_work())
    await turn_on(workflow_id, work=world.workflow_work(), catalogue=_CATALOGUE)
    await _advance(world)


async def _wishes(world: World, record_ids: list[int]) -> None:
    """Records are enrolled and unenrolled by hand, a run is asked for, a command refused, a workflow deleted."""
    workflow_id = await _made(world, delay("1", "1", "DAYS", "2"), set_property("2", "company", "ACME"))
    await ask_enrollment(
        workflow_id, record_ids[:4], trigger="MANUAL", command_id="by hand", open_work=world.open_work, metadata={}
    )
    await world.evaluate()
    for name, left in (("leave", record_ids[:2]), ("leave again", record_ids[:1])):
        await ask_unenrollment(workflow_id, left, command_id=name, open_work=world.open_work, metadata={})
    await world.evaluate()
    await ask_run(workflow_id, trigger="RUN_NOW", command_id="now", open_work=world.open_work, metadata={})
    await world.evaluate()
    await refuse_command(workflow_id, command_id="refused", reason="NOT_FOUND", open_work=world.open_work, metadata={})
    await delete_workflow(workflow_id, work=world.workflow_work(), may_publish=True)
    session = world.session(EVALUATOR)
    while await end_deleted(session=session) == 0.0:
        pass
    await _advance(world)
    await world.complete()


async def _results_of_actions(world: World) -> None:
    """Actions that fail for some records and are passed over for others, and a record that is gone."""
    workflow_id = await _made(world, assign("1", "annualrevenue", copied("city")))
    [gone] = await world.contacts(1, city="12")
    await world.come_due(workflow_id)
    await world.evaluate()
    await world.archive(gone)
    await _advance(world)
    await world.complete()


async def _ends_of_occurrences(world: World) -> None:
    """One fails, one comes too late for its workflow, some were skipped by the scheduler, one enrolls nobody."""
    failing = await world.workflow()
    message = await world.come_due(failing)
    for attempt in range(_ATTEMPTS):
        switch_on("executor.evaluated_before_commit:1:raise")
        await world.pass_to(message.due_at + timedelta(minutes=2 * attempt))
        await world.evaluate()
    switch_on("")
    late = await world.workflow(branch=city_is("Atlantis"))
    await world.come_due(late)
    await world.evaluate()
    await turn_off(late, work=world.workflow_work())
    await world.come_due(late)
    await world.evaluate()
    skipped = OccurrencesSkipped(
        workflow_id=str(late),
        revision_id="1",
        reason="GAP",
        first="2027-03-28T02:30:00",
        last="2027-03-28T02:30:00",
        count=1,
    )
    await accept_skips(skipped, event_id="skips", open_work=world.open_work)


async def _many_days(world: World) -> None:
    """A plain workflow day after day."""
    workflow_id = await world.workflow(set_property("1", "company", "Daily"))
    for _ in range(15):
        await world.come_due(workflow_id)
        await world.evaluate()
        await _advance(world)
        await world.complete()


async def _still_waiting(world: World) -> None:
    await world.come_due(await _made(world, delay("1", "7", "DAYS")))
    await world.evaluate()
    await _advance(world)


async def _what_the_relay_steps_over(world: World) -> None:
    async with Transaction(world.pool) as work:
        data = {"position": 1, "topic": LIFECYCLE, "reason": "MESSAGE_TOO_LARGE"}
        stepped_over = Append(f"relay-{LIFECYCLE}", 0, [NewEvent("PublishFailed", data)])
        await PostgresEventStore(work.connection).append([stepped_over])
        await work.commit()
