"""Advancing: each action once for each record, whoever dies on the way."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from executor_service.execution.actions import Catalogue, Step
from executor_service.execution.actions.set_property import SetProperty
from executor_service.execution.domain.cohorts import Place
from executor_service.execution.domain.settlement import Outcome
from executor_service.execution.handlers.advancing import Worker, advance_next
from executor_service.execution.handlers.losing import find_losses
from executor_service.records.ports import Records
from executor_service.workflows.handlers import delete_workflow, turn_off
from executor_service.workflows.store import PostgresBarrier
from shared.failpoints import FailpointError, switch_on
from shared.postgres import Kind, advisory_key
from tests.integration.execution.conftest import World, set_property


@dataclass(frozen=True, slots=True)
class Poisoned(SetProperty):
    """Sets a property, and raises where a certain record is."""

    bad: int = 0

    async def act(self, step: Step, *, records: Records) -> list[Outcome]:
        """Do it, or raise PoisonError."""
        if self.bad in step.record_ids:
            raise PoisonError(self.bad)
        return await SetProperty.act(self, step, records=records)


class PoisonError(Exception):
    """A record that no action survives."""


async def begun(world: World, count: int, *values: str) -> tuple[int, list[int]]:
    """Enroll contacts into a workflow that sets one property after the other, and return both."""
    records = await world.contacts(count)
    names = ("company", "city", "country")
    actions = [
        set_property(str(n + 1), names[n], value, str(n + 2) if n + 1 < len(values) else None)
        for n, value in enumerate(values)
    ]
    workflow_id = await world.workflow(*actions)
    await world.come_due(workflow_id)
    await world.evaluate()
    return workflow_id, records


async def expire_leases(world: World) -> None:
    await world.pool.execute("UPDATE cohorts SET lease_until = 'epoch' WHERE owner IS NOT NULL")


async def enrollment_ids(world: World) -> list[int]:
    """Return the ids of all claims' events, sorted: each once an action."""
    return sorted(i for event in await world.events("ActionDone") for i in event.record_ids or ())


async def test_every_record_goes_through_every_action_once_and_the_occurrence_is_completed(world: World) -> None:
    workflow_id, records = await begun(world, 2500, "ACME", "Berlin")
    await world.advance()
    await world.complete()
    assert set((await world.values("company")).values()) == {"ACME"}
    assert set((await world.values("city")).values()) == {"Berlin"}
    assert await enrollment_ids(world) == sorted(records * 2)
    assert await world.groups() == [("SUCCEEDED", None, 5000)]
    assert await world.states(workflow_id) == ["COMPLETED"]
    assert await world.pool.fetchval("SELECT count(*) FROM cohorts") == 0


async def test_a_claims_event_says_what_became_of_its_records(world: World) -> None:
    same = await world.contacts(2, company="ACME")
    workflow_id, other = await begun(world, 3, "ACME")
    await world.archive(other[0])
    await world.advance()
    [done] = await world.events("ActionDone")
    assert done.stream.startswith("claim-")
    assert (done.version, done.data["workflowId"], done.data["actionId"]) == (1, str(workflow_id), "1")
    details = {"property": "company", "targets": 1}
    assert [(group["outcome"], group["count"], group["details"]) for group in done.data["groups"]] == [
        ("SUCCEEDED", 2, details | {"changed": 1}),
        ("SUCCEEDED", 2, details | {"changed": 0}),
        ("MISSING", 1, None),
    ]
    assert done.data["groups"][2]["reason"] == "RECORD_DELETED"
    assert done.record_ids == [*other[1:], *same, other[0]]
    assert done.data["cohorts"][0]["size"] == 5


async def test_a_record_archived_between_leaves_before_its_next_action(world: World) -> None:
    _, records = await begun(world, 4, "ACME", "Berlin")
    switch_on("executor.claimed_before_action:2:raise")
    with pytest.raises(FailpointError):
        await world.advance()
    await world.archive(records[1])
    await expire_leases(world)
    await find_losses(open_work=world.open_work)
    await world.advance()
    assert await world.groups() == [("MISSING", "RECORD_DELETED", 1), ("SUCCEEDED", None, 7)]


async def test_clearing_takes_the_value_away(world: World) -> None:
    await world.contacts(2, company="ACME")
    await begun(world, 0, "")
    await world.advance()
    assert set((await world.values("company")).values()) == {None}


async def test_workers_at_once_take_each_record_once(world: World) -> None:
    _, records = await begun(world, 4200, "ACME", "Berlin")
    await asyncio.gather(*(world.advance(f"worker {n}") for n in range(4)))
    assert await enrollment_ids(world) == sorted(records * 2)
    changes = await world.pool.fetchval("SELECT count(*) FROM property_changes WHERE property IS NOT NULL")
    assert changes == 8400


async def test_a_worker_killed_between_claim_and_action_loses_its_lease_and_nothing_else(world: World) -> None:
    workflow_id, records = await begun(world, 3, "ACME")
    switch_on("executor.claimed_before_action:1:raise")
    with pytest.raises(FailpointError):
        await world.advance("the first")
    assert await world.pool.fetchval("SELECT owner FROM cohorts") == "the first"
    await world.advance("the second")
    assert await world.events("ActionDone") == []
    await expire_leases(world)
    await find_losses(open_work=world.open_work)
    assert await find_losses(open_work=world.open_work) > 0
    assert await world.pool.fetchval("SELECT losses FROM cohorts WHERE owner IS NULL") == 1
    await world.advance("the second")
    await world.complete()
    assert await enrollment_ids(world) == records
    assert await world.states(workflow_id) == ["COMPLETED"]


async def test_a_zombie_with_an_old_epoch_writes_nothing(world: World) -> None:
    workflow_id, records = await begun(world, 3, "ACME")
    place = Place(workflow_id, 1, "1")
    async with world.session().seat() as seat:
        claim = await seat.cohorts.claim(place, limit=1, owner="zombie", lease_seconds=10)
        assert claim is not None
        await expire_leases(world)
        await find_losses(open_work=world.open_work)
        async with seat.work() as work:
            assert await work.cohorts.lock(claim) is None
        newer = await seat.cohorts.claim(place, limit=1, owner="other", lease_seconds=10)
        assert newer is not None
        assert newer.id != claim.id
        async with seat.work() as work:
            assert await work.cohorts.lock(claim) is None
    await expire_leases(world)
    await find_losses(open_work=world.open_work)
    await world.advance()
    assert await enrollment_ids(world) == records


async def test_an_action_that_raises_costs_its_cohort_a_loss_and_writes_nothing(world: World) -> None:
    _, records = await begun(world, 3, "ACME")
    switch_on("executor.action_before_commit:1:raise")
    session, worker = world.session(), Worker("w", Catalogue())
    assert await advance_next(session=session, worker=worker) == 0.0
    assert await enrollment_ids(world) == records
    assert await world.groups() == [("SUCCEEDED", None, 3)]
    changes = await world.pool.fetchval("SELECT count(*) FROM property_changes WHERE property IS NOT NULL")
    assert changes == 3


@pytest.mark.parametrize("size", [1000, 40])
async def test_one_record_that_no_worker_survives_is_failed_and_no_other_is_harmed(world: World, size: int) -> None:
    _, records = await begun(world, size, "ACME", "Berlin")
    session, worker = world.session(), Worker("w", Catalogue([Poisoned(bad=records[size // 2])]))
    while await advance_next(session=session, worker=worker) == 0.0:
        pass
    assert await world.groups() == [("FAILED", "INTERNAL", 2), ("SUCCEEDED", None, 2 * size - 2)]
    assert await enrollment_ids(world) == sorted(records * 2)
    assert await world.pool.fetchval("SELECT count(*) FROM cohorts") == 0


async def test_while_a_workflow_is_off_its_records_walk_on_without_its_actions(world: World) -> None:
    workflow_id, _ = await begun(world, 5, "ACME", "Berlin")
    await turn_off(workflow_id, work=world.workflow_work())
    await world.advance()
    await world.complete()
    assert await world.groups() == [("SKIPPED", "WORKFLOW_OFF", 10)]
    assert set((await world.values("company")).values()) == {None}
    assert await world.states(workflow_id) == ["COMPLETED"]


async def test_active_enrollments_of_a_deleted_workflow_end(world: World) -> None:
    workflow_id, _ = await begun(world, 5, "ACME", "Berlin")
    await delete_workflow(workflow_id, work=world.workflow_work(), may_publish=True)
    await world.advance()
    assert await world.groups() == [("UNENROLLED", "WORKFLOW_DELETED", 5)]


async def test_nothing_is_claimed_while_the_barrier_is_taken(world: World) -> None:
    workflow_id, records = await begun(world, 3, "ACME")
    async with world.pool.acquire() as other:
        await other.execute("SELECT pg_advisory_lock($1)", advisory_key(Kind.BARRIER, workflow_id))
        await world.advance()
        assert await world.pool.fetchval("SELECT sum(epoch) FROM cohorts") == 0
        await other.execute("SELECT pg_advisory_unlock_all()")
    await world.advance()
    assert await enrollment_ids(world) == records


async def test_turning_off_waits_at_the_barrier_of_an_action_that_has_begun(world: World) -> None:
    workflow_id, _ = await begun(world, 3, "ACME")
    async with world.session().seat() as seat:
        async with seat.behind_barrier(workflow_id) as is_held:
            assert is_held
            waiting = asyncio.create_task(PostgresBarrier(world.pool).passed(workflow_id))
            done, _ = await asyncio.wait({waiting}, timeout=0.2)
            assert not done
        assert await waiting


async def test_a_property_that_is_gone_fails_the_action_and_the_records_go_on(world: World) -> None:
    _, records = await begun(world, 3, "ACME", "Berlin")
    await world.archive(records[0])
    await world.pool.execute("UPDATE property_definitions SET archived_at = rule_time() WHERE name = 'company'")
    await world.advance()
    assert await world.groups() == [
        ("FAILED", "REFERENCE_GONE", 2),
        ("MISSING", "RECORD_DELETED", 1),
        ("SUCCEEDED", None, 2),
    ]


async def test_of_a_unique_value_the_lowest_id_gets_it_and_the_others_fail(world: World) -> None:
    records = await world.contacts(3)
    await world.come_due(await world.workflow(set_property("1", "email", "one@example.com")))
    await world.evaluate()
    await world.advance()
    assert await world.groups() == [("FAILED", "DUPLICATE_VALUE", 2), ("SUCCEEDED", None, 1)]
    assert await world.values("email") == dict.fromkeys(records) | {records[0]: "one@example.com"}


async def test_fragments_are_claimed_together_and_merge(world: World) -> None:
    workflow_id, records = await begun(world, 60, "ACME", "Berlin")
    await split_into_ones(world, records)
    await world.advance()
    sizes = [len(event.data["cohorts"]) for event in await world.events("ActionDone")]
    # The first claim knows no mean size, so it takes one; then the rest, which merge.
    assert sorted(sizes) == sorted([1, 59, *sizes[2:]])
    assert len(sizes) <= 4
    assert await enrollment_ids(world) == sorted(records * 2)
    assert workflow_id > 0


async def split_into_ones(world: World, records: Sequence[int]) -> None:
    """Cut the one cohort there is into cohorts of one."""
    await world.pool.execute(
        "INSERT INTO cohorts (id, workflow_id, occurrence_id, revision, object_type_id, action_id, ready_at, size,"
        " record_ids) SELECT gen_random_uuid(), workflow_id, occurrence_id, revision, object_type_id, action_id,"
        " ready_at, 1, ARRAY[record_id]"
        " FROM cohorts CROSS JOIN unnest($1::bigint[]) AS record_id",
        list(records),
    )
    await world.pool.execute("DELETE FROM cohorts WHERE size > 1")


async def test_no_claim_takes_more_than_a_thousand_records_whatever_the_last_one_found(world: World) -> None:
    workflow_id, _ = await begun(world, 3000, "ACME")
    async with world.session().seat() as seat:
        claim = await seat.cohorts.claim(Place(workflow_id, 1, "1"), limit=1000, owner="w", lease_seconds=10)
    assert claim is not None
    assert [cohort.size for cohort in claim.cohorts] == [1000]


async def test_workflows_take_turns_two_claims_in_a_row(world: World) -> None:
    await world.contacts(3000)
    workflows = []
    for value in ("a", "b"):
        workflows.append(await world.workflow(set_property("1", "company", value)))
        await world.come_due(workflows[-1])
    await world.evaluate()
    await world.advance()
    turns = [int(event.data["workflowId"]) for event in await world.events("ActionDone")]
    first, second = workflows
    assert turns == [first, first, second, second, first, second]
