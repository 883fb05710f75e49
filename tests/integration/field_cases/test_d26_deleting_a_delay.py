"""D26: who waits in a delay goes on as planned when an edit takes the delay away."""

from datetime import timedelta

from tests.integration.execution.conftest import set_property
from tests.integration.execution.walking import delay
from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import Product

WAITS = delay("1", "1", "HOURS", "2"), set_property("2", "company", "a", "3"), set_property("3", "city", "b")
GOES = set_property("4", "jobtitle", "z", "3"), set_property("3", "city", "b")


async def test_those_who_wait_walk_the_old_tree_and_those_who_come_after_the_new_one(product: Product) -> None:
    ids = await product.contacts(*({"email": f"{number}@example.com"} for number in range(5)))
    waiting, later = ids[:3], ids[3:]
    workflow_id = await product.create(flow(at("08:00"), *WAITS))
    enroll = f"/v1/workflows/{workflow_id}/enrollments"
    await product.say("POST", enroll, {"recordIds": waiting})
    await product.settle()
    planned = {row["recordId"]: row["nextActionAt"] for row in await product.rows(enroll)}

    assert (await product.replace(workflow_id, flow(at("08:00"), *GOES))).status_code == 200
    await product.say("POST", enroll, {"recordIds": later})
    await product.settle()
    rows = await product.rows(enroll, status="ACTIVE")
    assert {row["recordId"]: row["nextActionAt"] for row in rows} == planned
    await product.pass_to(MONDAY + timedelta(hours=1, minutes=5))

    held = [[await product.value(each, name) for name in ("company", "jobtitle", "city")] for each in ids]
    assert held == [["a", None, "b"]] * 3 + [[None, "z", "b"]] * 2
    rows = await product.rows(enroll)
    assert {row["recordId"]: (row["revisionId"], row["status"]) for row in rows} == {
        **dict.fromkeys(waiting, ("1", "COMPLETED")),
        **dict.fromkeys(later, ("2", "COMPLETED")),
    }
    log = await product.rows(f"/v1/workflows/{workflow_id}/action-log", recordId=waiting[0])
    assert [row["actionId"] for row in log] == [None, "1", "1", "2", "3", "3"]
