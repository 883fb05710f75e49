"""Setting a property: counted up, copied, rendered, stamped, each in statements over the whole claim."""

from datetime import datetime
from decimal import Decimal

import pytest

from executor_service.execution.handlers.asking import ask_unenrollment
from tests.integration.execution.conftest import World, set_property
from tests.integration.execution.walking import assign, enrolled, told

BIG = "12345678901234567890123456789012345678901234567890.0000000001"


def more(amount: object) -> dict[str, object]:
    return {"type": "INCREMENT", "incrementAmount": amount}


def copied(name: str) -> dict[str, object]:
    return {"type": "OBJECT_PROPERTY", "propertyName": name}


def text(template: str) -> dict[str, object]:
    return {"type": "STATIC_VALUE", "staticValue": template}


async def exact(world: World, name: str) -> dict[int, str | None]:
    """Return a property of all contacts as the text of its JSON."""
    rows = await world.pool.fetch("SELECT id, (properties -> $1)::text AS value FROM records", name)
    return {row["id"]: row["value"] for row in rows}


async def changes(world: World, name: str) -> int:
    """Return how many entries the value history has of a property."""
    count: int = await world.pool.fetchval("SELECT count(*) FROM property_changes WHERE property = $1", name)
    return count


async def test_an_increase_is_exact_and_no_value_counts_as_zero(world: World) -> None:
    [one] = await world.contacts(1, annualrevenue=Decimal("0.1"))
    [two] = await world.contacts(1)
    [three] = await world.contacts(1, annualrevenue=Decimal(BIG))
    await enrolled(world, assign("1", "annualrevenue", more("0.2")))
    await world.advance()
    assert await exact(world, "annualrevenue") == {one: "0.3", two: "0.2", three: BIG.replace(".0", ".2", 1)}
    assert await changes(world, "annualrevenue") == 3


async def test_a_negative_amount_subtracts_and_the_shortest_decimal_is_stored(world: World) -> None:
    records = await world.contacts(2, annualrevenue=Decimal("1.5"))
    await enrolled(world, assign("1", "annualrevenue", more(-0.5)))
    await world.advance()
    assert await exact(world, "annualrevenue") == dict.fromkeys(records, "1")


async def test_adding_nothing_to_a_number_is_no_change(world: World) -> None:
    [one] = await world.contacts(1, annualrevenue=Decimal(4))
    [two] = await world.contacts(1)
    await enrolled(world, assign("1", "annualrevenue", more(0)))
    await world.advance()
    assert await exact(world, "annualrevenue") == {one: "4", two: "0"}
    assert await changes(world, "annualrevenue") == 1


async def test_a_searchable_number_is_found_by_its_new_value(world: World) -> None:
    [one] = await world.contacts(1, annualrevenue=Decimal(4))
    await world.pool.execute("UPDATE property_definitions SET is_searchable = true WHERE name = 'annualrevenue'")
    await enrolled(world, assign("1", "annualrevenue", more(BIG)))
    await world.advance()
    keys = await world.pool.fetch("SELECT value, record_id FROM record_search_keys WHERE property = 'annualrevenue'")
    assert [(row["value"], row["record_id"]) for row in keys] == [(BIG.replace("0.0", "4.0", 1), one)]


async def test_a_copy_takes_the_value_and_skips_who_has_none(world: World) -> None:
    [one] = await world.contacts(1, city="Oslo")
    [two] = await world.contacts(1, company="kept")
    [three] = await world.contacts(1, city="Rome", company="Rome")
    await enrolled(world, assign("1", "company", copied("city")))
    await world.advance()
    assert await world.values("company") == {one: "Oslo", two: "kept", three: "Rome"}
    assert await world.groups() == [("SKIPPED", "NO_VALUE", 1), ("SUCCEEDED", None, 2)]
    [done] = await world.events("ActionDone")
    assert [group["details"]["changed"] for group in done.data["groups"]] == [1, 0, 0]


async def test_a_copy_that_does_not_fit_fails_for_its_record_alone(world: World) -> None:
    [one] = await world.contacts(1, city="12")
    [two] = await world.contacts(1, city="Oslo")
    await enrolled(world, assign("1", "annualrevenue", copied("city")))
    await world.advance()
    assert await world.values("annualrevenue") == {one: 12, two: None}
    assert await world.groups() == [("FAILED", "INVALID_VALUE", 1), ("SUCCEEDED", None, 1)]


async def test_a_template_is_rendered_over_each_record(world: World) -> None:
    [one] = await world.contacts(1, firstname="Ada", annualrevenue=Decimal("1.50"))
    [two] = await world.contacts(1)
    await enrolled(
        world,
        assign(
            "1", "company", text("{{ enrolled_object.firstname | default: 'you' }}/{{enrolled_object.annualrevenue}}")
        ),
    )
    await world.advance()
    assert await world.values("company") == {one: "Ada/1.5", two: "you/"}


async def test_a_template_tells_of_workflow_and_occurrence(world: World) -> None:
    [one] = await world.contacts(1)
    workflow_id = await enrolled(
        world, assign("1", "company", text("{{ workflow.id }} {{ workflow.name }} {{ occurrence.trigger }}"))
    )
    await world.advance()
    assert await world.values("company") == {one: f"{workflow_id} A morning's work SCHEDULE"}


async def test_a_value_is_never_looked_at_again(world: World) -> None:
    [one] = await world.contacts(1, city="{{ enrolled_object.email }}")
    await enrolled(world, assign("1", "company", text("{{ enrolled_object.city }}")))
    await world.advance()
    assert await world.values("company") == {one: "{{ enrolled_object.email }}"}


async def test_a_filter_that_cannot_take_its_value_fails_for_its_record_alone(world: World) -> None:
    [one] = await world.contacts(1, city="3")
    [two] = await world.contacts(1, city="Oslo")
    await enrolled(world, assign("1", "company", text("{{ enrolled_object.city | add: 1 }}")))
    await world.advance()
    assert await world.values("company") == {one: "4", two: None}
    assert await world.groups() == [("FAILED", "FORMULA_ERROR", 1), ("SUCCEEDED", None, 1)]


async def test_of_rendered_values_that_must_be_unique_the_lowest_id_gets_it(world: World) -> None:
    records = await world.contacts(3, firstname="ada")
    await enrolled(world, assign("1", "email", text("{{ enrolled_object.firstname }}@example.com")))
    await world.advance()
    assert await world.values("email") == dict.fromkeys(records) | {records[0]: "ada@example.com"}
    assert await world.groups() == [("FAILED", "DUPLICATE_VALUE", 2), ("SUCCEEDED", None, 1)]


async def test_a_stamp_is_the_instant_of_the_action(world: World) -> None:
    [one] = await world.contacts(1)
    await enrolled(world, assign("1", "company", {"type": "TIMESTAMP", "timestampType": "EXECUTION_TIME"}))
    await world.advance()
    [done] = await world.events("ActionDone")
    stamped = datetime.fromisoformat(str((await world.values("company"))[one]))
    assert abs((stamped - done.recorded_at).total_seconds()) < 5


@pytest.mark.parametrize("value", [more(1), copied("city"), text("{{ enrolled_object.city }}")])
async def test_whoever_is_archived_leaves_whatever_is_set(world: World, value: dict[str, object]) -> None:
    records = await world.contacts(3, city="1")
    await enrolled(world, assign("1", "annualrevenue", value))
    await world.archive(records[2])
    await world.advance()
    assert await world.groups() == [("MISSING", "RECORD_DELETED", 1), ("SUCCEEDED", None, 2)]


async def test_whoever_is_to_leave_leaves_before_the_action(world: World) -> None:
    records = await world.contacts(4)
    workflow_id = await enrolled(world, set_property("1", "city", "Oslo"))
    await world.archive(records[1])
    await ask_unenrollment(workflow_id, records[:1], command_id="a", open_work=world.open_work, metadata={})
    await world.advance()
    assert await told(world) == {
        ("ActionDone", "1", "UNENROLLED", "MANUAL"): 1,
        ("ActionDone", "1", "MISSING", "RECORD_DELETED"): 1,
        ("ActionDone", "1", "SUCCEEDED", None): 2,
    }
    assert (await world.values("city"))[records[0]] is None


async def test_when_everybody_of_a_claim_leaves_there_is_one_event_all_the_same(world: World) -> None:
    records = await world.contacts(2)
    workflow_id = await enrolled(world, set_property("1", "city", "Oslo"))
    await ask_unenrollment(workflow_id, records, command_id="a", open_work=world.open_work, metadata={})
    await world.advance()
    [done] = await world.events("ActionDone")
    assert [(group["outcome"], group["count"]) for group in done.data["groups"]] == [("UNENROLLED", 2)]
    assert set((await world.values("city")).values()) == {None}
