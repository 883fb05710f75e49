"""What stands in the topic of lifecycle events: poison becomes a dead letter and plans nothing."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from scheduler_service.bootstrap import Scheduler
from scheduler_service.domain import stream_of
from scheduler_service.settings import Settings
from shared.contracts import LIFECYCLE
from shared.kafka import RawMessage
from shared.postgres import Pool, close_pool, open_pool
from tests.conftest import Database
from tests.integration.bad_input.poison import Form, dead_letters_of, with_ids

_DAILY: Final = {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}}
_ON: Final[dict[str, Any]] = {
    "workflowId": "1",
    "revisionId": "1",
    "version": 2,
    "effectiveAt": "2026-11-27T07:00:00Z",
    "schedule": _DAILY,
    "timeZoneId": "Europe/Oslo",
}
ON: Final = Form(LIFECYCLE, "workflows.workflow.turned-on.v1", _ON)
OFF: Final = Form(
    LIFECYCLE,
    "workflows.workflow.turned-off.v1",
    {name: value for name, value in _ON.items() if name not in {"schedule", "timeZoneId"}},
)


def _wrong(form: Form) -> dict[str, tuple[RawMessage, str]]:
    of = form.with_data
    return {
        "version 0": (of(version=0), "INVALID"),
        "version -1": (of(version=-1), "INVALID"),
        "version 1.5": (of(version=1.5), "INVALID"),
        "no version": (of(version=None), "INVALID"),
        "version 2^31": (of(version=2**31), "OUT_OF_BOUNDS"),
        "version 2^63": (of(version=2**63), "OUT_OF_BOUNDS"),
        "no instant": (of(effectiveAt="soon"), "INVALID"),
        "30 February": (of(effectiveAt="2026-02-30T07:00:00Z"), "INVALID"),
        "no offset": (of(effectiveAt="2026-11-27T07:00:00"), "INVALID"),
        "beyond the calendar": (of(effectiveAt="9999-12-31T23:59:59-23:59"), "INVALID"),
        "before the calendar": (of(effectiveAt="0001-01-01T00:00:00+23:59"), "INVALID"),
        "a long revision": (of(revisionId="1" * 5_000), "INVALID"),
        "a revision that is a number": (of(revisionId=1), "INVALID"),
    }


def _schedules() -> dict[str, tuple[RawMessage, str]]:
    of = ON.with_data
    return {
        "a schedule that is a text": (of(schedule="DAILY"), "INVALID"),
        "a schedule that is a list": (of(schedule=[_DAILY]), "INVALID"),
        "no zone": (of(timeZoneId=None), "INVALID"),
        "a long zone": (of(timeZoneId="A" * 5_000), "INVALID"),
    }


_POISON: Final = {
    **{f"on, {kind}": case for kind, case in {**ON.unreadable(), **with_ids(ON), **_wrong(ON), **_schedules()}.items()},
    **{f"off, {kind}": case for kind, case in {**with_ids(OFF), **_wrong(OFF)}.items()},
}

_BROKEN: Final[dict[str, dict[str, Any]]] = {
    "30 February": {"schedule": {"type": "YEARLY", "month": "FEBRUARY", "dayOfMonth": 30, "timeOfDay": {"hour": 8}}},
    "nothing in it": {"schedule": {}},
    "a type of a later release": {"schedule": {"type": "MOON_PHASE"}},
    "deep": {"schedule": {"type": "DAILY", "timeOfDay": [[[[[[{"hour": 8}]]]]]]}},
    "a zone nobody knows": {"timeZoneId": "Mars/Phobos"},
    "a zone that is a file": {"timeZoneId": "../../etc/passwd"},
    "a zone of the machine": {"timeZoneId": "posixrules"},
}


@pytest.fixture(scope="module")
async def pool(shared_database: Database) -> AsyncIterator[Pool]:
    """A pool that sees the scheduler's schema."""
    opened = await open_pool(shared_database.url, schema="scheduler", max_size=4)
    yield opened
    await close_pool(opened)


@pytest.fixture(scope="module")
def scheduler(pool: Pool, shared_database: Database) -> Scheduler:
    """A scheduler that never runs: its messages are handed to it."""
    return Scheduler(Settings(database_url=shared_database.url, kafka="127.0.0.1:1"), pool)


async def _written(pool: Pool) -> list[str]:
    rows = await pool.fetch("SELECT schedules::text AS row FROM schedules ORDER BY workflow_id")
    return [row["row"] for row in rows] + [str(await pool.fetchval("SELECT count(*) FROM events"))]


@pytest.mark.parametrize("kind", _POISON)
async def test_poison_is_one_dead_letter_with_its_reason(pool: Pool, scheduler: Scheduler, kind: str) -> None:
    message, reason = _POISON[kind]
    before = await _written(pool)
    await scheduler.accept_change(message)
    await scheduler.accept_change(message)
    (letter,) = await dead_letters_of(pool, message)
    assert (letter["reason"], letter["state"]) == (reason, "OPEN")
    assert (letter["value"], letter["key"]) == (message.value, message.key)
    assert await _written(pool) == before


@pytest.mark.parametrize("kind", _BROKEN)
async def test_a_schedule_that_cannot_be_is_set_aside_and_told(pool: Pool, scheduler: Scheduler, kind: str) -> None:
    workflow_id = 100 + list(_BROKEN).index(kind)
    message = ON.with_data(workflowId=str(workflow_id), **_BROKEN[kind])
    await scheduler.accept_change(message)
    assert await dead_letters_of(pool, message) == []
    events = await pool.fetch("SELECT type FROM events WHERE stream = $1 ORDER BY version", stream_of(workflow_id))
    assert [event["type"] for event in events] == ["ScheduleSet", "ScheduleBroken"]
    row = await pool.fetchrow("SELECT next_due_at, set_aside FROM schedules WHERE workflow_id = $1", workflow_id)
    assert row is not None
    assert row["next_due_at"] is None
    assert row["set_aside"]


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1899-12-31T00:00:00Z"])
async def test_an_instant_at_the_edge_of_the_calendar_is_no_fault(
    pool: Pool, scheduler: Scheduler, instant: str
) -> None:
    workflow_id = 10_000 + int(instant[:4])
    message = ON.with_data(workflowId=str(workflow_id), effectiveAt=instant)
    await scheduler.accept_change(message)
    assert await dead_letters_of(pool, message) == []
    assert await pool.fetchval("SELECT workflow_version FROM schedules WHERE workflow_id = $1", workflow_id) == 2


async def test_after_the_poison_the_next_change_is_taken_over(pool: Pool, scheduler: Scheduler) -> None:
    for _ in range(100):
        await scheduler.accept_change(ON.message(b"{"))
    await scheduler.accept_change(ON.with_data(workflowId="300"))
    assert await pool.fetchval("SELECT next_due_at IS NOT NULL FROM schedules WHERE workflow_id = 300") is True
