"""CloudEvents: what we write is read by the package of the specification, and nothing unreadable gets through."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.cloud_events import Bulk, Message, UnreadableMessageError, decode, encode, shared_headers, unfold
from shared.contracts import derived_id

ID = UUID("5b1f0c9d-2a41-5c8b-9a5e-3b1f0c9d2a41")
AT = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
TYPE = "workflows.occurrence.due.v1"
HEADERS = [("ce_specversion", b"1.0"), ("ce_id", b"a"), ("ce_source", b"/x"), ("ce_type", b"t")]


def message() -> Message:
    return encode(
        topic="workflows.due.v1",
        key="42",
        message_id=ID,
        type=TYPE,
        service="scheduler",
        time=AT,
        position=7,
        index=3,
        data={"workflowId": "42", "dueAt": AT},
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


def test_a_message_carries_its_attributes_as_headers() -> None:
    assert dict(message().headers) == {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_source": b"/workflows/scheduler",
        "ce_type": b"workflows.occurrence.due.v1",
        "ce_time": b"2026-11-27T07:00:00Z",
        "traceparent": b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "ce_id": b"5b1f0c9d-2a41-5c8b-9a5e-3b1f0c9d2a41",
        "ce_subject": b"42",
        "ce_sequence": b"00000000000000000007.000003",
    }
    assert (message().key, message().value) == (b"42", b'{"workflowId":"42","dueAt":"2026-11-27T07:00:00Z"}')


def test_the_package_of_the_specification_reads_what_we_write() -> None:
    ours = message()
    event = from_binary(
        KafkaMessage(headers=dict(ours.headers), key=ours.key, value=ours.value), JSONFormat(), CloudEvent
    )
    assert (event.get_id(), event.get_type(), event.get_source()) == (str(ID), TYPE, "/workflows/scheduler")
    assert (event.get_subject(), event.get_time(), event.get_extension("sequence")) == (
        "42",
        AT,
        "00000000000000000007.000003",
    )
    assert event.get_data() == {"workflowId": "42", "dueAt": "2026-11-27T07:00:00Z"}


def test_what_we_write_we_read() -> None:
    envelope = decode(message().key, message().value, message().headers)
    assert (envelope.id, envelope.type, envelope.source, envelope.subject, envelope.time, envelope.sequence) == (
        str(ID),
        TYPE,
        "/workflows/scheduler",
        "42",
        AT,
        "00000000000000000007.000003",
    )
    assert envelope.data == {"workflowId": "42", "dueAt": "2026-11-27T07:00:00Z"}


def test_structured_mode_of_the_package_is_read() -> None:
    event = CloudEvent(
        {"id": "a", "source": "/crm", "type": "crm.record.archived.v1", "specversion": "1.0", "time": AT},
        {"id": "5"},
    )
    theirs = to_structured(event, JSONFormat())
    envelope = decode(None, theirs.value, list(theirs.headers.items()))
    assert (envelope.id, envelope.type, envelope.source, envelope.time) == ("a", "crm.record.archived.v1", "/crm", AT)
    assert envelope.data == {"id": "5"}


@pytest.mark.parametrize(
    ("value", "headers", "reason"),
    [
        (None, HEADERS, "NULL_VALUE"),
        (b"{}", [], "NO_ID"),
        (b"{}", HEADERS[:1] + HEADERS[2:], "NO_ID"),
        (b"{}", HEADERS[1:], "NO_SPECVERSION"),
        (b"{}", HEADERS[:3], "NO_TYPE"),
        (b"{}", [*HEADERS, ("CE_ID", b"b")], "DUPLICATE_HEADER"),
        (b"{}", [*HEADERS, ("x", b""), ("x", b"")], "DUPLICATE_HEADER"),
        (b"{}", [*HEADERS[1:], ("ce_specversion", b"0.3")], "BAD_ATTRIBUTE"),
        (b"{}", [*HEADERS, ("ce_time", b"yesterday")], "BAD_ATTRIBUTE"),
        (b"{}", [*HEADERS, ("ce_time", b"2026-11-27T07:00:00")], "BAD_ATTRIBUTE"),
        (b"{}", [*HEADERS, ("ce_subject", b"\xff")], "BAD_ATTRIBUTE"),
        (b"{}", [*HEADERS, ("ce_subject", b"x" * 1001)], "BAD_ATTRIBUTE"),
        (b"", HEADERS, "NOT_JSON"),
        (b"\x80", HEADERS, "NOT_JSON"),
        (b'{"a": NaN}', HEADERS, "NOT_JSON"),
        (b'{"a": "\\ud800"}', HEADERS, "NOT_JSON"),
        (b"[" * 100_000, HEADERS, "NOT_JSON"),
        (b"[]", HEADERS, "NOT_AN_OBJECT"),
        (b"null", HEADERS, "NOT_AN_OBJECT"),
        (b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", HEADERS, "TOO_DEEP"),
        (b'{"a": ["\\u0000"]}', HEADERS, "NUL"),
        (b'{"a\\u0000": 1}', HEADERS, "NUL"),
        (b'{"specversion": "1.0"}', [("content-type", b"application/cloudevents+json")], "NO_ID"),
        (
            b'{"specversion":"1.0","id":1,"source":"/x","type":"t","data":{}}',
            [("content-type", b"application/cloudevents+json; charset=UTF-8")],
            "BAD_ATTRIBUTE",
        ),
        (
            b'{"specversion":"1.0","id":"1","source":"/x","type":"t"}',
            [("Content-Type", b"application/cloudevents+json")],
            "NOT_AN_OBJECT",
        ),
    ],
)
def test_what_cannot_be_read_says_why(value: bytes | None, headers: list[tuple[str, bytes]], reason: str) -> None:
    with pytest.raises(UnreadableMessageError) as raised:
        decode(b"key", value, headers)
    assert raised.value.reason_code == reason


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert decode(None, b'{"a": "\\\\u0000"}', HEADERS).data == {"a": "\\u0000"}


def test_a_bulk_gives_its_messages_with_ids_and_sequence_of_their_own() -> None:
    constant = shared_headers(service="executor", type="workflows.record.enrolled.v1", time=AT)
    bulk = Bulk("workflows.history.v1", constant, 9, ID, b'{"workflowId":"42"}', [1, 20], first_index=5)
    first, second = unfold([bulk])
    assert (first.key, second.key) == (b"1", b"20")
    assert dict(second.headers) == {
        **dict(constant),
        "ce_id": str(derived_id(f"message/{ID}/20")).encode(),
        "ce_subject": b"20",
        "ce_sequence": b"00000000000000000009.000006",
    }
    assert orjson.loads(second.value) == {"workflowId": "42", "recordId": "20"}
