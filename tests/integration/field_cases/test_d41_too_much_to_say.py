"""D41: what goes wrong run after run is one item, which is silent when muted and opens again when it is new."""

from datetime import timedelta

from tests.integration.execution.walking import assign, text_is
from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import CONTACTS, Json, Product

COPIED = {"type": "OBJECT_PROPERTY", "propertyName": "company"}
TIMES = tuple(f"12:{minute:02}" for minute in range(1, 13))


async def run(product: Product, minutes: range) -> list[Json]:
    """Let the workflow come due at each of some minutes, and return what needs review then."""
    for minute in minutes:
        await product.pass_to(MONDAY + timedelta(minutes=minute, seconds=1))
    return await product.review()


async def test_an_action_that_fails_at_each_run_is_one_item_with_a_count_and_a_sample(product: Product) -> None:
    await product.number_property("size")
    (record_id,) = await product.contacts({"email": "ada@example.com", "company": "many", "city": "Oslo"})
    document = flow(at(*TIMES), assign("1", "size", COPIED), criteria=text_is("city", "Oslo"))
    workflow_id = await product.create(document)

    (item,) = await run(product, range(1, 4))
    assert (item["kind"], item["state"], item["count"]) == ("ACTIONS_FAILED", "OPEN", 3)
    assert (item["workflowId"], item["sample"]) == (str(workflow_id), [record_id])
    assert item["details"]["reason"] == "INVALID_VALUE"

    await product.say("POST", f"/v1/needs-review/{item['id']}/mute")
    (muted,) = await run(product, range(4, 6))
    assert (muted["id"], muted["state"], muted["count"]) == (item["id"], "MUTED", 5)

    await product.say("POST", f"/v1/needs-review/{item['id']}/unmute")
    await product.say("POST", f"/v1/needs-review/{item['id']}/resolve")
    await product.say("PATCH", f"{CONTACTS}/{record_id}", {"properties": {"city": "Rome"}})
    (resolved,) = await run(product, range(6, 9))
    assert (resolved["state"], resolved["lastAt"]) == ("RESOLVED", muted["lastAt"])

    await product.say("PATCH", f"{CONTACTS}/{record_id}", {"properties": {"city": "Oslo"}})
    (again,) = await run(product, range(9, 11))
    assert (again["id"], again["state"], again["count"]) == (item["id"], "OPEN", 2)
    assert len(await product.occurrences(workflow_id)) == 10


async def test_runs_that_match_nobody_are_told_in_the_history_and_fail_nowhere(product: Product) -> None:
    workflow_id = await product.create(flow(at(*TIMES), criteria=text_is("city", "Oslo")))
    assert await run(product, range(1, 4)) == []
    rows = await product.occurrences(workflow_id)
    assert [(row["state"], row["counts"]["matched"]) for row in rows] == [("COMPLETED", 0)] * 3
