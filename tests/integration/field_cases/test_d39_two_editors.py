"""D39: of two editors the later one is told, and turning on or off is no edit."""

import asyncio
from datetime import timedelta

from tests.integration.execution.conftest import set_property
from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import FLOWS, Json, Product

AT_ONCE = 20


def of(city: str, revision: str) -> Json:
    """Return an edit on top of a revision."""
    return flow(at("08:00"), set_property("1", "city", city), revisionId=revision, isEnabled=False)


async def test_the_second_save_of_one_revision_is_refused_and_nothing_of_it_is_stored(product: Product) -> None:
    workflow_id = await product.create(flow(at("08:00"), isEnabled=False))
    path = f"{FLOWS}/{workflow_id}"
    read = (await product.get(path))["revisionId"]
    await product.say("PUT", path, of("Bergen", read))
    before = await product.get(path)

    refused = await product.send("PUT", path, of("Rome", read))

    assert (refused.status_code, refused.json()["category"]) == (409, "CONFLICT")
    assert await product.get(path) == before
    assert before["revisionId"] == str(int(read) + 1)


async def test_a_save_on_top_of_the_revision_from_before_a_turn_on_passes(product: Product) -> None:
    workflow_id = await product.create(flow(at("08:00"), isEnabled=False))
    path = f"{FLOWS}/{workflow_id}"
    read = (await product.get(path))["revisionId"]
    await product.switch(workflow_id, "on")
    await product.switch(workflow_id, "off")
    await product.switch(workflow_id, "on")
    assert (await product.get(path))["revisionId"] == read

    saved = await product.say("PUT", path, of("Bergen", read) | {"isEnabled": True})

    assert saved["revisionId"] == str(int(read) + 1)
    await product.settle()
    await product.contacts({"email": "ada@example.com"})
    await product.pass_to(MONDAY + timedelta(hours=20, seconds=1))
    assert [row["revisionId"] for row in await product.occurrences(workflow_id)] == [saved["revisionId"]]


async def test_of_two_saves_at_once_exactly_one_wins_every_time(product: Product) -> None:
    workflow_id = await product.create(flow(at("08:00"), isEnabled=False))
    path = f"{FLOWS}/{workflow_id}"
    for number in range(AT_ONCE):
        read = (await product.get(path))["revisionId"]
        edits = [of(f"{city} {number}", read) for city in ("Bergen", "Rome")]
        answers = await asyncio.gather(*(product.send("PUT", path, edit) for edit in edits))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won = next(edit for edit, answer in zip(edits, answers, strict=True) if answer.is_success)
        assert (await product.get(path))["actions"][0]["fields"] == won["actions"][0]["fields"]
