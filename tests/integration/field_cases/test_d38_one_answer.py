"""D38: there is one answer to "when is the next run?", wherever it is asked."""

from datetime import UTC, datetime, timedelta

from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import Product

EVE = datetime(2027, 3, 13, 12, tzinfo=UTC)
"""The day before the clocks change in Chicago."""
ELEVEN = [f"2027-03-{day}T23:00:00Z" for day in (13, 14, 15)]


async def test_preview_plan_and_what_comes_due_agree_over_a_change_of_the_accounts_clocks(product: Product) -> None:
    await product.set_clock(EVE)
    await product.say("PATCH", "/account-info/v3/details", {"timeZone": "America/Chicago"})
    document = flow(at("08:00"), zone="Asia/Seoul")
    workflow_id = await product.create(document)
    asked = {"schedule": document["enrollmentSchedule"], "count": 3}
    previewed = await product.say("POST", "/v1/schedules/preview", asked)
    upcoming = await product.get(f"/v1/workflows/{workflow_id}/occurrences/upcoming", limit=3)
    review = await product.get(f"/v1/workflows/{workflow_id}/review")

    assert [each["dueAt"] for each in previewed["occurrences"]] == ELEVEN
    assert upcoming["occurrences"] == previewed["occurrences"]
    assert review["nextOccurrences"][:3] == previewed["occurrences"]
    assert previewed["timeZoneId"] == "Asia/Seoul"
    for days in range(3):
        row = await product.get(f"/v1/workflows/{workflow_id}")
        assert row["nextOccurrenceAt"] == ELEVEN[days]
        assert "Asia/Seoul" in row["sentence"]
        await product.pass_to(EVE + timedelta(days=days, hours=11, seconds=1))

    rows = await product.occurrences(workflow_id)
    assert [row["dueAt"] for row in rows] == ELEVEN
    assert [row["localTime"][11:] for row in rows] == ["08:00:00+09:00"] * 3


async def test_the_accounts_zone_counts_where_the_schedule_names_none(product: Product) -> None:
    await product.set_clock(EVE)
    await product.say("PATCH", "/account-info/v3/details", {"timeZone": "America/Chicago"})
    workflow_id = await product.create(flow(at("08:00"), zone=None))
    for hours in (0, 3, 26):
        await product.pass_to(EVE + timedelta(hours=hours))
        upcoming = await product.get(f"/v1/workflows/{workflow_id}/occurrences/upcoming", limit=1)
        row = await product.get(f"/v1/workflows/{workflow_id}")
        assert [each["dueAt"] for each in upcoming["occurrences"]] == [row["nextOccurrenceAt"]]
    assert await product.due_at(workflow_id) == ["2027-03-13T14:00:00Z", "2027-03-14T13:00:00Z"]
