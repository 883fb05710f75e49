"""For how long the scheduler rests after a tick."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler_service.handlers import Ticked, rest_seconds

NOW = datetime(2026, 11, 27, 7, tzinfo=UTC)


def ticked(*, claimed: int, nearest_in: float | None) -> Ticked:
    nearest = None if nearest_in is None else NOW + timedelta(seconds=nearest_in)
    return Ticked(now=NOW, claimed=claimed, due=claimed, skipped=0, broken=0, nearest=nearest, lateness=())


@pytest.mark.parametrize(
    ("claimed", "nearest_in", "rest"),
    [
        (0, None, 1.0),
        (0, 3600.0, 1.0),
        (0, 0.5, 0.4),
        (500, 0.5, 0.4),
        (500, -1.0, 0.0),
        (500, 0.05, 0.0),
        (0, -1.0, 0.02),
    ],
    ids=[
        "nothing is planned",
        "the nearest is far",
        "the nearest is near",
        "near after a full claim",
        "more is due already",
        "it has come due meanwhile",
        "another process has the row",
    ],
)
def test_the_rest_ends_when_the_next_instant_comes(claimed: int, nearest_in: float | None, rest: float) -> None:
    assert rest_seconds(ticked(claimed=claimed, nearest_in=nearest_in), elapsed=0.1) == pytest.approx(rest)
