"""If/then branches, cycles, and how a way through the graph is counted."""

import json
from typing import Any

from executor_service.execution.domain.payloads import SALT_BYTES
from executor_service.workflows.handlers import turn_off
from tests.integration.execution.conftest import EVERYONE, World, set_property
from tests.integration.execution.walking import (
    assign,
    branch,
    delay,
    enrolled,
    list_branch,
    text_is,
    told,
    waiting_until,
)


def groups(events: list[Any]) -> list[tuple[str | None, int | None, str | None, int]]:
    """Return branch, index, next and count of each group of the events."""
    return [
        (group["branch"], group["details"]["index"], group["next"], group["count"])
        for event in events
        for group in event.data["groups"]
    ]


async def test_the_first_branch_that_accepts_wins_and_the_rest_take_the_default(world: World) -> None:
    oslo = await world.contacts(2, city="Oslo", country="Norway")
    bergen = await world.contacts(1, city="Bergen", country="Norway")
    others = await world.contacts(1, city="Rome")
    split = list_branch(
        "1",
        branch("capital", text_is("city", "oslo"), "2"),
        branch("Norway", text_is("country", "Norway"), "3"),
        default="4",
    )
    await enrolled(world, split, *(set_property(n, "company", f"way {n}") for n in "234"))
    await world.advance()
    [taken] = await world.events("BranchTaken")
    assert taken.data["actionTypeId"] == "LIST_BRANCH"
    assert groups([taken]) == [("capital", 0, "2", 2), ("Norway", 1, "3", 1), (None, None, "4", 1)]
    assert await world.values("company") == {
        **dict.fromkeys(oslo, "way 2"),
        **dict.fromkeys(bergen, "way 3"),
        **dict.fromkeys(others, "way 4"),
    }


async def test_a_branch_without_a_connection_completes(world: World) -> None:
    await world.contacts(2, city="Oslo")
    await world.contacts(1)
    workflow_id = await enrolled(world, list_branch("1", branch("Oslo", text_is("city", "Oslo"))))
    await world.advance()
    await world.complete()
    assert groups(await world.events("BranchTaken")) == [("Oslo", 0, None, 2), (None, None, None, 1)]
    assert await world.states(workflow_id) == ["COMPLETED"]


async def test_what_was_decided_by_is_kept_outside_the_log(world: World) -> None:
    [one, two] = [*await world.contacts(1, city="Oslo", company="ACME"), *await world.contacts(1)]
    await enrolled(world, list_branch("1", branch("Oslo", text_is("city", "Oslo"))))
    await world.advance()
    [taken] = await world.events("BranchTaken")
    row = await world.pool.fetchrow("SELECT * FROM payloads")
    assert row is not None
    contents = [json.loads(content[SALT_BYTES:]) for content in row["contents"]]
    assert dict(zip(row["record_ids"], contents, strict=True)) == {one: {"city": "Oslo"}, two: {}}
    assert {group["details"]["inputs"]["payloadId"] for group in taken.data["groups"]} == {str(row["id"])}
    assert "Oslo" not in json.dumps(taken.data["groups"][1])


async def test_branches_are_taken_while_the_workflow_is_off(world: World) -> None:
    await world.contacts(1, city="Oslo")
    workflow_id = await enrolled(
        world, list_branch("1", branch("Oslo", text_is("city", "Oslo"), "2")), set_property("2", "company", "ACME")
    )
    await turn_off(workflow_id, work=world.workflow_work())
    await world.advance()
    assert await told(world) == {
        ("BranchTaken", "1", "SUCCEEDED", None): 1,
        ("ActionDone", "2", "SKIPPED", "WORKFLOW_OFF"): 1,
    }


async def test_a_filter_whose_property_is_gone_accepts_nobody(world: World) -> None:
    await world.contacts(2, city="Oslo")
    await enrolled(world, list_branch("1", branch("Oslo", text_is("city", "Oslo"), "2")), set_property("2", "zip", "1"))
    await world.pool.execute("UPDATE property_definitions SET archived_at = rule_time() WHERE name = 'city'")
    await world.advance()
    [taken] = await world.events("BranchTaken")
    [group] = taken.data["groups"]
    assert (group["branch"], group["details"]["gone"], group["count"]) == (None, ["city"], 2)


async def test_an_archived_record_leaves_at_a_branch(world: World) -> None:
    records = await world.contacts(3, city="Oslo")
    await enrolled(world, list_branch("1", branch("Oslo", text_is("city", "Oslo"))))
    await world.archive(records[0])
    await world.advance()
    sums = await told(world)
    assert sums == {
        ("BranchTaken", "1", "SUCCEEDED", None): 2,
        ("BranchTaken", "1", "MISSING", "RECORD_DELETED"): 1,
    }


async def test_branches_that_meet_again_bring_their_records_together(world: World) -> None:
    await world.contacts(3, city="Oslo")
    await world.contacts(2)
    await enrolled(
        world,
        list_branch("1", branch("Oslo", text_is("city", "Oslo"), "2"), default="2"),
        set_property("2", "company", "ACME"),
    )
    await world.advance()
    assert await told(world) == {("BranchTaken", "1", "SUCCEEDED", None): 5, ("ActionDone", "2", "SUCCEEDED", None): 5}
    assert len(await world.events("ActionDone")) == 1


async def test_a_cycle_counts_its_visits(world: World) -> None:
    records = await world.contacts(2)
    again = list_branch("3", branch("few", text_is("city", "Oslo")))
    again["defaultBranch"] = {"edgeType": "GOTO", "nextActionId": "1"}
    more = {"type": "INCREMENT", "incrementAmount": "1"}
    await enrolled(world, delay("1", "1", "MINUTES", "2"), assign("2", "hubspotscore", more, "3"), again)
    for _ in range(3):
        await world.advance()
        await world.pass_to((await waiting_until(world))[0])
    await world.advance()
    visits = [event.data["cohorts"][0]["visit"] for event in await world.events("ActionDone")]
    assert visits == [1, 2, 3]
    assert await world.values("hubspotscore") == dict.fromkeys(records, 3)
    [row] = await world.pool.fetch("SELECT visit, walked FROM cohorts")
    assert (row["visit"], row["walked"]) == (4, 10)


async def test_an_enrollment_that_comes_to_its_hundred_thousandth_action_is_a_loop(world: World) -> None:
    await world.contacts(2)
    await enrolled(world, set_property("1", "city", "Oslo", "2"), set_property("2", "company", "ACME"))
    await world.pool.execute("UPDATE cohorts SET walked = 99999")
    await world.advance()
    assert await told(world) == {
        ("ActionDone", "1", "SUCCEEDED", None): 2,
        ("ActionDone", "2", "UNENROLLED", "LOOP"): 2,
    }


async def test_everyone_of_a_claim_may_take_one_branch(world: World) -> None:
    await world.contacts(3)
    await enrolled(world, list_branch("1", branch("all", EVERYONE, "2")), set_property("2", "city", "Oslo"))
    await world.advance()
    assert set((await world.values("city")).values()) == {"Oslo"}
