"""D23: a short delay is as long in Tokyo as in Honolulu, and ends once."""

from datetime import datetime, timedelta

from tests.integration.execution.walking import delay
from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import OSLO, at, flow
from tests.integration.field_cases.product import Product

ZONES = ("Asia/Tokyo", "Pacific/Honolulu", "Pacific/Kiritimati")
TWO_MINUTES = timedelta(seconds=120)


async def test_two_minutes_are_120_seconds_in_every_zone_of_the_account(product: Product) -> None:
    (record_id,) = await product.contacts({"email": "ada@example.com"})
    for zone in ZONES:
        await product.set_clock(MONDAY)
        await product.say("PATCH", "/account-info/v3/details", {"timeZone": zone})
        steps = delay("1", "2", "MINUTES", "2"), {**OSLO, "actionId": "2"}
        workflow_id = await product.create(flow(at("08:00"), *steps, zone=None))
        await product.say("POST", f"/v1/workflows/{workflow_id}/enrollments", {"recordIds": [record_id]})
        await product.settle()
        enrollments = f"/v1/workflows/{workflow_id}/enrollments"
        (waiting,) = await product.rows(enrollments)
        (begun,) = [
            event for event in await product.events("DelayStarted") if event.data["workflowId"] == str(workflow_id)
        ]
        wakes_at = datetime.fromisoformat(waiting["nextActionAt"])
        assert (waiting["currentActionId"], waiting["nextActionAt"][-1]) == ("1", "Z")
        assert timedelta(0) <= begun.recorded_at - (wakes_at - TWO_MINUTES) < timedelta(seconds=5)

        await product.pass_to(wakes_at - timedelta(seconds=10))
        assert (await product.rows(enrollments))[0]["status"] == "ACTIVE"
        for seconds in (0, 1, 300):
            await product.pass_to(wakes_at + timedelta(seconds=seconds))
        log = [row["event"] for row in await product.rows(f"/v1/workflows/{workflow_id}/action-log")]
        assert log == ["ENROLLED", "DELAY_STARTED", "DELAY_ENDED", "ACTION_COMPLETED", "COMPLETED"]
