"""D25: each record goes down one branch, decided once, however its properties change meanwhile."""

import asyncio
from collections import Counter

from executor_service.execution.domain.payloads import SALT_BYTES
from tests.integration.execution.walking import assign, branch, list_branch, text_is
from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import CONTACTS, Json, Product

NUMBERS = ("first", "second", "third", "none")
MORE = {"type": "INCREMENT", "incrementAmount": "1"}
CRITERIA = (text_is("city", "Oslo"), text_is("country", "Norway"), text_is("city", "Rome"))
PEOPLE, BOTH = 300, 100


def walk() -> Json:
    """Return a flow of three ordered conditions and none met, each of which adds 1 to a number of its own."""
    branches = [
        branch(name, tree, str(place)) for place, (name, tree) in enumerate(zip(NUMBERS, CRITERIA, strict=False), 2)
    ]
    split = list_branch("1", *branches, default="5")
    return flow(at("08:00"), split, *(assign(str(place), name, MORE) for place, name in enumerate(NUMBERS, 2)))


async def people(product: Product) -> list[str]:
    """Make contacts of which a third meets the first two conditions, a third the last one, and a third none."""
    await product.number_property(*NUMBERS)
    cities = [{"city": "Oslo", "country": "Norway"}, {"city": "Rome"}, {}]
    return await product.contacts(
        *({"email": f"{number}@example.com", **cities[number // BOTH]} for number in range(PEOPLE))
    )


async def numbers(product: Product, ids: list[str]) -> list[tuple[int, ...]]:
    """Return the four numbers of each contact."""
    found: list[tuple[int, ...]] = []
    for begin in range(0, len(ids), 100):
        body = {"properties": list(NUMBERS), "inputs": [{"id": each} for each in ids[begin : begin + 100]]}
        answer = await product.say("POST", f"{CONTACTS}/batch/read", body)
        found.extend(tuple(int(each["properties"].get(name) or 0) for name in NUMBERS) for each in answer["results"])
    return found


async def test_the_first_condition_met_wins_and_no_later_one_is_walked(product: Product) -> None:
    ids = await people(product)
    workflow_id = await product.create(walk())
    await product.say("POST", f"/v1/workflows/{workflow_id}/run")
    await product.settle()

    assert Counter(await numbers(product, ids)) == {(1, 0, 0, 0): 100, (0, 0, 1, 0): 100, (0, 0, 0, 1): 100}


async def test_who_changes_all_the_while_goes_down_one_branch_an_enrollment(product: Product) -> None:
    ids = await people(product)
    workflow_id = await product.create(walk())
    flipped, over = 0, asyncio.Event()

    async def flip() -> None:
        nonlocal flipped
        while not over.is_set():
            city = ("Rome", "Oslo")[flipped % 2]
            for begin in range(0, PEOPLE, 100):
                inputs = [{"id": each, "properties": {"city": city}} for each in ids[begin : begin + 100]]
                await product.say("POST", f"{CONTACTS}/batch/update", {"inputs": inputs})
            flipped += 1

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(flip())
        for _ in range(3):
            await product.say("POST", f"/v1/workflows/{workflow_id}/run")
            await product.settle()
        over.set()

    assert flipped > 1
    assert {sum(each) for each in await numbers(product, ids)} == {3}
    log = await product.rows(f"/v1/workflows/{workflow_id}/action-log", actionId="1")
    taken = Counter((row["recordId"], row["occurrenceId"]) for row in log if row["event"] == "BRANCH_TAKEN")
    assert (len(taken), set(taken.values())) == (3 * PEOPLE, {1})


async def test_what_a_branch_was_decided_by_is_kept_with_it(product: Product) -> None:
    ids = await product.contacts({"email": "ada@example.com", "city": "Oslo"})
    await product.number_property(*NUMBERS)
    workflow_id = await product.create(walk())
    await product.say("POST", f"/v1/workflows/{workflow_id}/enrollments", {"recordIds": ids})
    await product.settle()
    await product.say("PATCH", f"{CONTACTS}/{ids[0]}", {"properties": {"city": "Rome"}})

    (taken,) = await product.events("BranchTaken")
    (group,) = taken.data["groups"]
    kept = await product.pool.fetchval("SELECT contents[1] FROM payloads")
    assert (group["branch"], group["details"]["index"]) == ("first", 0)
    assert b'"city":"Oslo"' in kept[SALT_BYTES:].replace(b" ", b"")
    assert taken.recorded_at > MONDAY
