"""Accepting messages: whatever comes, the agent's body returns, and nothing is lost without a reason."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from pydantic import TypeAdapter

from shared.cloud_events import Envelope
from shared.contracts import DueMessage, OccurrencesSkipped
from shared.kafka import RawMessage, Refusal, RefusedMessageError, accept, decode_as, raw_message, try_message

AT = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
SKIPPED = b'{"workflowId":"1","revisionId":"1","reason":"MISSED","first":"a","last":"b","count":2}'
ADAPTER: TypeAdapter[DueMessage] = TypeAdapter(DueMessage)


def message(value: bytes | None, kind: bytes = b"workflows.occurrence.skipped.v1") -> RawMessage:
    headers = (("ce_specversion", b"1.0"), ("ce_id", b"a"), ("ce_source", b"/x"), ("ce_type", kind))
    return RawMessage("workflows.due.v1", 0, 5, AT, b"1", value, headers)


@dataclass
class Desk:
    """Where messages arrive; raises what it is told to, once each."""

    raises: list[Exception] = field(default_factory=list)
    handled: list[DueMessage] = field(default_factory=list)
    letters: list[tuple[str, str]] = field(default_factory=list)

    async def handle(self, data: DueMessage, envelope: Envelope) -> None:
        """Note what came, or raise."""
        assert envelope.id == "a"
        if self.raises:
            raise self.raises.pop(0)
        self.handled.append(data)

    async def store(self, message: RawMessage, *, reason: str, error: str) -> None:
        """Note a dead letter."""
        assert message.offset == 5
        self.letters.append((reason, error))

    async def accept(self, message: RawMessage) -> None:
        """Accept a message here."""
        await accept(message, attempt=self.attempt, dead_letter=self.store)

    async def attempt(self, message: RawMessage) -> Refusal | None:
        """Try to take a message."""
        return await try_message(message, decode_data=decode_as(ADAPTER), handle=self.handle)


async def test_a_readable_message_reaches_its_handler_once() -> None:
    desk = Desk()
    await desk.accept(message(SKIPPED))
    (found,) = desk.handled
    assert isinstance(found, OccurrencesSkipped)
    assert (found.count, desk.letters) == (2, [])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (message(None), "NULL_VALUE"),
        (message(b"{"), "NOT_JSON"),
        (message(b"{}"), "INVALID"),
        (message(SKIPPED, b"workflows.unknown.v1"), "INVALID"),
    ],
)
async def test_what_is_unreadable_becomes_a_dead_letter(raw: RawMessage, reason: str) -> None:
    desk = Desk()
    await desk.accept(raw)
    assert ([letter[0] for letter in desk.letters], desk.handled) == ([reason], [])


async def test_the_error_of_a_dead_letter_names_places_and_never_values() -> None:
    desk = Desk()
    await desk.accept(message(SKIPPED.replace(b"2}", b'"secret"}')))
    ((_, error),) = desk.letters
    assert "count" in error
    assert "secret" not in error


async def test_what_the_handler_refuses_becomes_a_dead_letter_with_its_reason() -> None:
    desk = Desk(raises=[RefusedMessageError("NO_SUCH_WORKFLOW", "1")])
    await desk.accept(message(SKIPPED))
    assert desk.letters == [("NO_SUCH_WORKFLOW", "1")]


async def test_what_passes_is_tried_again_in_place() -> None:
    desk = Desk(raises=[ConnectionRefusedError()])
    await desk.accept(message(SKIPPED))
    assert (len(desk.handled), desk.letters) == (1, [])


async def test_a_message_our_own_code_cannot_handle_becomes_a_dead_letter_after_five_tries() -> None:
    desk = Desk(raises=[ZeroDivisionError() for _ in range(9)])
    await desk.accept(message(SKIPPED))
    assert (desk.letters, len(desk.raises)) == ([("INTERNAL", "ZeroDivisionError: ")], 4)


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (1_795_762_800_000, datetime(2026, 11, 27, 7, 0, tzinfo=UTC)),
        (1_795_762_800.0, datetime(2026, 11, 27, 7, 0, tzinfo=UTC)),
        (-1, datetime(1970, 1, 1, tzinfo=UTC)),
        (2**63 - 1, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_whatever_time_a_sender_names_is_an_instant(timestamp: float, expected: datetime) -> None:
    record = SimpleNamespace(
        topic="t", partition=0, offset=0, timestamp=timestamp, key=None, value=None, headers=[("a", b"")]
    )
    assert raw_message(record).timestamp == expected
