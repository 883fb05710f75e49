"""What may be asked of a preview."""

from datetime import UTC, datetime
from typing import Any

import pytest

from executor_service.workflows.domain.document import InvalidFlowError
from executor_service.workflows.domain.preview import read_preview

DAILY = {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}}


def test_an_instant_may_have_any_offset_and_fractions() -> None:
    asked = read_preview({"schedule": DAILY, "after": "2026-11-23T01:00:00.5+01:00", "count": 3})

    assert (asked.after, asked.count) == (datetime(2026, 11, 23, 0, 0, 0, 500_000, tzinfo=UTC), 3)


def test_ten_after_now_are_shown_unless_asked_otherwise() -> None:
    asked = read_preview({"schedule": DAILY})

    assert (asked.after, asked.count) == (None, 10)


@pytest.mark.parametrize(
    ("body", "code", "place"),
    [
        ([], "WRONG_TYPE", ""),
        ({}, "INCOMPLETE", "schedule"),
        ({"schedule": DAILY, "until": 1}, "UNKNOWN_FIELD", "until"),
        ({"schedule": {"type": "DAILY"}}, "INCOMPLETE", "schedule.timeOfDay"),
        ({"schedule": DAILY, "after": "2026-11-23"}, "WRONG_TYPE", "after"),
        ({"schedule": DAILY, "after": "2026-11-23T00:00:00"}, "WRONG_TYPE", "after"),
        ({"schedule": DAILY, "after": "2026-02-30T00:00:00Z"}, "OUT_OF_BOUNDS", "after"),
        ({"schedule": DAILY, "after": "0001-01-01T00:00:00+14:00"}, "OUT_OF_BOUNDS", "after"),
        ({"schedule": DAILY, "after": "0000-01-01T00:00:00Z"}, "OUT_OF_BOUNDS", "after"),
        ({"schedule": DAILY, "after": 3}, "WRONG_TYPE", "after"),
        ({"schedule": DAILY, "count": 0}, "OUT_OF_BOUNDS", "count"),
        ({"schedule": DAILY, "count": 1_001}, "OUT_OF_BOUNDS", "count"),
        ({"schedule": DAILY, "count": True}, "WRONG_TYPE", "count"),
        ({"schedule": DAILY, "count": "5"}, "WRONG_TYPE", "count"),
        ({"schedule": DAILY, "count": None}, "WRONG_TYPE", "count"),
    ],
)
def test_a_wrong_question_is_refused_at_its_place(body: Any, code: str, place: str) -> None:
    with pytest.raises(InvalidFlowError) as raised:
        read_preview(body)

    assert [(problem.code, problem.field) for problem in raised.value.problems] == [(code, place)]
