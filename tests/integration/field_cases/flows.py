"""Flows and schedules as a person sends them."""

from typing import Any

from tests.integration.execution.conftest import EVERYONE, set_property
from tests.integration.field_cases.product import Json

OSLO = set_property("1", "city", "Oslo")


def at(*times: str) -> Json:
    """Return a daily schedule at one time, or several, written as `08:00`."""
    pairs = [(int(text[:2]), int(text[3:])) for text in times]
    clock = [{"hour": hour, "minute": minute} for hour, minute in pairs]
    return {"type": "DAILY"} | ({"timeOfDay": clock[0]} if len(clock) == 1 else {"timesOfDay": clock})


def every(minutes: int) -> Json:
    """Return a daily schedule that is due every so many minutes of the day."""
    return at(*(f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 24 * 60, minutes)))


def flow(schedule: Json, *actions: Json, zone: str | None = "UTC", criteria: Json = EVERYONE, **more: Any) -> Json:
    """Return a flow on contacts that is on; without actions it sets everyone's city."""
    steps = list(actions or (OSLO,))
    return {
        "type": "CONTACT_FLOW",
        "flowType": "WORKFLOW",
        "objectTypeId": "0-1",
        "name": "A field case",
        "isEnabled": True,
        "startActionId": steps[0]["actionId"],
        "actions": steps,
        "enrollmentCriteria": {"type": "LIST_BASED", "shouldReEnroll": True, "listFilterBranch": criteria},
        "enrollmentSchedule": {**schedule, **({} if zone is None else {"timeZoneId": zone})},
        **more,
    }


def day(text: str, *clock: str) -> list[str]:
    """Return instants of one day as the API writes them."""
    return [f"{text}T{time}:00Z" for time in clock]
