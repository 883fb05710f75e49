"""What stands in the topic of due events: poison becomes a dead letter, and what is accepted enrolls nobody wrongly."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, Final

import pytest

from executor_service.bootstrap.wiring import Executor, Pools
from executor_service.settings import Settings
from shared.contracts import DUE, scheduled_occurrence_id
from shared.kafka import RawMessage
from tests.conftest import Database
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.poison import AT, Form, dead_letters_of, with_ids

_ID: Final = 1  # the one workflow of the world
_DUE: Final[dict[str, Any]] = {
    "workflowId": str(_ID),
    "revisionId": "1",
    "occurrenceId": str(scheduled_occurrence_id(_ID, AT)),
    "dueAt": "2026-11-27T07:00:00Z",
    "nominal": "2026-11-27T08:00",
    "localTime": "2026-11-27T08:00:00+01:00",
    "timeZoneId": "Europe/Oslo",
    "tzdata": "2026a",
}
_SKIPPED: Final[dict[str, Any]] = {
    "workflowId": str(_ID),
    "revisionId": "1",
    "reason": "MISSED",
    "first": "2026-11-25T08:00",
    "last": "2026-11-26T08:00",
    "count": 2,
}
DUE_FORM: Final = Form(DUE, "workflows.occurrence.due.v1", _DUE)
SKIPPED_FORM: Final = Form(DUE, "workflows.occurrence.skipped.v1", _SKIPPED)


def _due(**fields: Any) -> RawMessage:
    return DUE_FORM.with_data(**fields)


def _at(instant: str) -> dict[str, str]:
    return {"dueAt": instant, "occurrenceId": str(scheduled_occurrence_id(_ID, datetime.fromisoformat(instant)))}


def _of_workflow(workflow_id: int) -> dict[str, str]:
    return {"workflowId": str(workflow_id), "occurrenceId": str(scheduled_occurrence_id(workflow_id, AT))}


def _forged() -> dict[str, tuple[RawMessage, str]]:
    return {
        "another id": (_due(occurrenceId="00000000-0000-0000-0000-000000000001"), "WRONG_OCCURRENCE_ID"),
        "the id of another workflow": (_due(workflowId="2"), "WRONG_OCCURRENCE_ID"),
        "the id of another instant": (_due(dueAt="2026-11-27T07:00:01Z"), "WRONG_OCCURRENCE_ID"),
        "the far future under its id": (_due(dueAt="9999-01-01T00:00:00Z"), "WRONG_OCCURRENCE_ID"),
        "a workflow that never was": (_due(**_of_workflow(999)), "NO_SUCH_WORKFLOW"),
        "the largest workflow": (_due(**_of_workflow(9_999_999_999_999_999)), "NO_SUCH_WORKFLOW"),
        "an id that is none": (_due(occurrenceId="1"), "INVALID"),
        "an id with a control character": (_due(occurrenceId=f"{_DUE['occurrenceId']}\x07"), "INVALID"),
        "no instant": (_due(dueAt="soon"), "INVALID"),
        "30 February": (_due(dueAt="2026-02-30T07:00:00Z"), "INVALID"),
        "no offset": (_due(dueAt="2026-11-27T07:00:00"), "NOT_AN_INSTANT"),
        "beyond the calendar": (_due(dueAt="9999-12-31T23:59:59-23:59"), "NOT_AN_INSTANT"),
        "before the calendar": (_due(dueAt="0001-01-01T00:00:00+23:59"), "NOT_AN_INSTANT"),
        "a long nominal time": (_due(nominal="2" * 5_000), "INVALID"),
        "a long zone": (_due(timeZoneId="A" * 5_000), "INVALID"),
        "a long revision": (_due(revisionId="1" * 5_000), "INVALID"),
    }


def _skips() -> dict[str, tuple[RawMessage, str]]:
    of = SKIPPED_FORM.with_data
    return {
        "nothing skipped": (of(count=0), "INVALID"),
        "2^31 skipped": (of(count=2**31), "INVALID"),
        "2^63 skipped": (of(count=2**63), "INVALID"),
        "half a one skipped": (of(count=1.5), "INVALID"),
        "a reason nobody knows": (of(reason="LAZY"), "INVALID"),
        "a long first": (of(first="2" * 5_000), "INVALID"),
        "a long last": (of(last="2" * 5_000), "INVALID"),
        "a long revision": (of(revisionId="1" * 5_000), "INVALID"),
        "a workflow that never was": (of(workflowId="999"), "NO_SUCH_WORKFLOW"),
    }


_POISON: Final = {
    **{f"due, {kind}": case for kind, case in {**DUE_FORM.unreadable(), **with_ids(DUE_FORM), **_forged()}.items()},
    **{f"skipped, {kind}": case for kind, case in {**with_ids(SKIPPED_FORM), **_skips()}.items()},
}


@pytest.fixture(scope="module")
async def executor(world: World, shared_database: Database) -> AsyncIterator[Executor]:
    """An executor that never runs: its messages are handed to it."""
    settings = Settings(database_url=shared_database.url, kafka="127.0.0.1:1")
    async with AsyncExitStack() as stack:
        yield Executor(settings, Pools(api=world.pool, work=world.pool, history=world.pool), stack)


@pytest.mark.parametrize("kind", _POISON)
async def test_poison_is_one_dead_letter_with_its_reason(world: World, executor: Executor, kind: str) -> None:
    message, reason = _POISON[kind]
    async with world.writes_nothing():
        await executor.inbound.accept_due(message)
        await executor.inbound.accept_due(message)
    (letter,) = await dead_letters_of(world.pool, message)
    assert (letter["reason"], letter["state"]) == (reason, "OPEN")
    assert (letter["value"], letter["key"]) == (message.value, message.key)
    assert len(letter["error"].encode()) <= 1_024


async def test_after_two_hundred_poisoned_messages_the_next_one_is_accepted(world: World, executor: Executor) -> None:
    poisoned = [DUE_FORM.message(b"{") for _ in range(200)]
    for message in poisoned:
        await executor.inbound.accept_due(message)
    right = _due(**_at("2026-11-27T06:00:00+00:00"))
    await executor.inbound.accept_due(right)
    assert await dead_letters_of(world.pool, right) == []
    assert await world.pool.fetchval("SELECT count(*) FROM occurrences WHERE due_at = '2026-11-27T06:00:00Z'") == 1


async def test_an_occurrence_told_again_with_other_words_stays_what_it_was(world: World, executor: Executor) -> None:
    query = "SELECT occurrences::text FROM occurrences WHERE id = $1"
    instant = _at("2026-11-27T05:00:00+00:00")
    await executor.inbound.accept_due(_due(**instant))
    before = await world.pool.fetchval(query, instant["occurrenceId"])
    async with world.writes_nothing():
        await executor.inbound.accept_due(_due(**instant, nominal="1999-01-01T00:00", timeZoneId="UTC", revisionId="7"))
    assert before
    assert await world.pool.fetchval(query, instant["occurrenceId"]) == before


async def test_an_occurrence_of_the_far_future_only_waits(world: World, executor: Executor) -> None:
    message = _due(**_at("9999-12-31T23:59:59+00:00"))
    await executor.inbound.accept_due(message)
    assert await dead_letters_of(world.pool, message) == []
    assert await world.pool.fetchval("SELECT state FROM occurrences WHERE due_at > '9000-01-01'") == "DUE"
