"""In which pause an instant lay, and when that pause ended."""

from datetime import UTC, datetime, timedelta

import pytest

from executor_service.workflows.domain.pauses import PauseSpan, end_of_pause

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def at(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def span(begin: int, end: int | None) -> PauseSpan:
    return PauseSpan(at(begin), None if end is None else at(end))


@pytest.mark.parametrize(
    ("due", "spans", "end"),
    [
        (3, [], None),
        (3, [span(1, 5)], 5),
        (1, [span(1, 5)], None),
        (5, [span(1, 5)], 5),
        (6, [span(1, 5)], None),
        (3, [span(1, None)], None),
        (3, [span(4, 8), span(1, 5)], 8),
        (3, [span(1, 5), span(5, 8)], 8),
        (3, [span(1, 5), span(6, 8)], 5),
        (7, [span(1, 5), span(6, 8)], 8),
        (3, [span(1, 5), span(4, None)], None),
        (3, [span(1, 9), span(2, 4), span(8, 11)], 11),
    ],
)
def test_spans_that_overlap_or_touch_are_one_pause(due: int, spans: list[PauseSpan], end: int | None) -> None:
    assert end_of_pause(at(due), spans) == (None if end is None else at(end))
