"""Evidence written by hand, as the tests of the judge change it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from tests.e2e.topics import Seen
from tests.faults.judge import Evidence, LogEvent
from tests.faults.judge.evidence import DEAD_LETTERS
from tests.faults.judge.topics import Expected, expected_messages

RECORDED_AT = datetime(2026, 11, 25, 8, 0, 1, tzinfo=UTC)


def event(position: int, stream: str, version: int, type_: str, *ids: int, **data: Any) -> LogEvent:
    """Return an event."""
    return LogEvent(position, stream, version, type_, data, ids, f"{stream}/{version}", RECORDED_AT)


def told(seen: Evidence) -> Evidence:
    """Return evidence with topics that tell all of its logs."""
    topics = {
        name: [_message(each, index) for index, each in enumerate(wanted)]
        for name, wanted in expected_messages(seen).items()
    }
    return replace(seen, topics=topics | dict.fromkeys(DEAD_LETTERS, ()))


def _message(expected: Expected, index: int) -> Seen:
    headers = {"ce_id": expected.id, "ce_type": expected.type, "ce_sequence": f"{expected.position:020d}.{index:06d}"}
    named = tuple((name, text.encode()) for name, text in headers.items())
    return Seen(0, index, expected.key.encode(), orjson.dumps(expected.facts), named)
