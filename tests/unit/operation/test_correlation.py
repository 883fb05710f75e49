"""What belongs together: from a request or message into the log, and out again."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.clock import ManualClock
from shared.cloud_events import Bulk, Message, unfold
from shared.correlation import correlated, event_metadata, of_message, of_request, traced
from shared.event_store import Append, NewEvent
from shared.memory import MemoryEventStore

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def request(**headers: str) -> dict[str, str]:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    with correlated(of_request(named.get)):
        return event_metadata()


def test_a_request_belongs_to_its_own_id_and_to_the_trace_it_names() -> None:
    assert request(x_request_id="order-7", traceparent=TRACE) == {"correlationId": "order-7", "traceparent": TRACE}
    assert request(traceparent=TRACE)["correlationId"] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_request_that_names_nothing_gets_an_id_of_its_own() -> None:
    first, second = request(), request()
    assert set(first) == {"correlationId"}
    assert first != second


@pytest.mark.parametrize(
    "trace",
    [
        "",
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        TRACE.upper(),
        TRACE + "-more",
        "x\r\ny",
    ],
)
def test_a_trace_that_is_none_is_not_carried_on(trace: str) -> None:
    assert "traceparent" not in request(traceparent=trace)


@pytest.mark.parametrize("given", ["a b", "é", "x" * 129, "", "a\nb"])
def test_an_id_that_would_not_fit_into_a_header_is_replaced(given: str) -> None:
    assert request(x_request_id=given)["correlationId"] not in {given, ""}


def test_a_message_is_the_cause_of_what_it_leads_to() -> None:
    with correlated(of_message("m-1", {"traceparent": TRACE.encode()})):
        assert event_metadata() == {
            "correlationId": "4bf92f3577b34da6a3ce929d0e0e4736",
            "causationId": "m-1",
            "traceparent": TRACE,
        }
    with correlated(of_message("m-2", {"traceparent": b"\xff"})):
        assert event_metadata() == {"correlationId": "m-2", "causationId": "m-2"}
    assert event_metadata() == {}


async def test_an_event_appended_meanwhile_says_so_and_its_own_metadata_wins() -> None:
    store = MemoryEventStore(ManualClock(datetime(2026, 11, 27, tzinfo=UTC)))
    with correlated(of_message("m-1", {})):
        await store.append([Append("account", 0, [NewEvent("KeyRevoked", {})], {"actor": "key-1", "causationId": "x"})])
    assert {name: text for name, text in store.events[0].metadata.items() if name != "eventId"} == {
        "correlationId": "m-1",
        "causationId": "x",
        "actor": "key-1",
    }


def test_what_is_published_of_an_event_is_part_of_its_trace() -> None:
    bulk = Bulk("t", (("ce_type", b"x"),), 1, UUID(int=1), b'{"a":1}', [7, 8])
    single = Message("t", b"k", b"{}", (("ce_id", b"1"),))

    with_trace = list(unfold(traced([bulk, single], {"traceparent": TRACE})))
    without = list(unfold(traced([bulk, single], {})))

    assert [dict(message.headers).get("traceparent") for message in with_trace] == [TRACE.encode()] * 3
    assert [dict(message.headers).get("traceparent") for message in without] == [None] * 3
    assert [(message.key, message.value) for message in with_trace] == [(each.key, each.value) for each in without]
