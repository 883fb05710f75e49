"""`workflows.log.v1`: the log verbatim, also what went wrong with other topics."""

from datetime import UTC, datetime
from functools import partial

import orjson
import pytest

from shared.contracts import LOG, event_id
from shared.event_store import Append, NewEvent, RecordedEvent
from shared.horizon import Horizon
from shared.memory import MemoryPublisher, MemoryTopic
from shared.postgres import Pool
from shared.postgres_event_store import PostgresEventStore, to_recorded
from shared.relay import TopicFeed
from shared.relay.cursors import Cursors
from shared.relay.log_feed import EVENTS_AT_ONCE, log_messages
from shared.relay.topic_relay import TopicRelay

AT = datetime(2026, 11, 27, 7, 0, 0, 123_000, tzinfo=UTC)


def test_an_event_stands_in_the_topic_as_it_stands_in_the_log() -> None:
    metadata = {"eventId": "6f", "actor": "key-1"}
    data = {"workflowId": "1", "page": 0}
    event = RecordedEvent(17, "occurrence-4b", 3, "RecordsEnrolled", data, [1, 2**53 - 1], metadata, AT)
    (message,) = log_messages(event, topic=LOG, service="executor")
    assert message.key == b"occurrence-4b"
    assert orjson.loads(message.value) == {
        "position": 17,
        "stream": "occurrence-4b",
        "version": 3,
        "type": "RecordsEnrolled",
        "data": data,
        "recordIds": ["1", "9007199254740991"],
        "metadata": metadata,
        "recordedAt": "2026-11-27T07:00:00.123000Z",
    }
    headers = dict(message.headers)
    assert headers["ce_id"].decode() == str(event_id("occurrence-4b", 3))
    assert headers["ce_type"] == b"workflows.log.appended.v1"
    assert headers["ce_sequence"] == b"00000000000000000017.000000"


@pytest.mark.parametrize("topic", ["workflows.log.v1", "a prefix.workflows.log.v1"])
async def test_every_event_is_told_in_order_also_that_another_topic_refused_one(
    executor_pool: Pool, topic: str
) -> None:
    async with executor_pool.acquire() as connection:
        log = PostgresEventStore(connection)  # type: ignore[arg-type] # the pool's proxy stands for it
        for number in range(3 * EVENTS_AT_ONCE):
            events = [NewEvent("Any", {"number": number}), NewEvent("Other", {}, [number])]
            await log.append([Append(f"stream-{number}", 0, events)])
    cursors = Cursors(executor_pool, topic="workflows.history.v1", holder="first")
    await cursors.step_over(await cursors.take_over(), position=1, reason="too large")
    publisher, horizon = MemoryPublisher({topic: MemoryTopic(partitions=1)}), Horizon(executor_pool, "executor_events")
    relay = TopicRelay(
        feed=TopicFeed(topic, partial(log_messages, topic=topic, service="executor"), limit=EVENTS_AT_ONCE),
        cursors=Cursors(executor_pool, topic=topic, holder="first"),
        pool=executor_pool,
        horizon=horizon,
        publisher=publisher,
        ready=_always,
        deposed=lambda: None,
    )
    await horizon.refresh()
    while relay.position < horizon.position:
        await relay.pass_()
    told = [orjson.loads(message.value) for message in publisher.topics[topic].messages[0]]
    rows = await executor_pool.fetch("SELECT * FROM events ORDER BY position")
    stored = [to_recorded(row) for row in rows]
    assert [(each["position"], each["type"], each["data"]) for each in told] == [
        (event.position, event.type, event.data) for event in stored
    ]
    assert told[-1]["type"] == "PublishFailed"
    assert told[-1]["stream"] == "relay-workflows.history.v1"


async def _always(_: TopicFeed) -> bool:
    return True
