"""A topic whose messages are kept outside the log: the relay joins them each time it sends."""

from collections.abc import Iterator, Sequence

from shared.cloud_events import Message, encode
from shared.contracts import event_id
from shared.event_store import Append, NewEvent, RecordedEvent
from shared.horizon import Horizon
from shared.memory import MemoryPublisher, MemoryTopic
from shared.postgres import Connection, Pool
from shared.postgres_event_store import PostgresEventStore
from shared.relay import TopicFeed, republish
from shared.relay.cursors import Cursors
from shared.relay.topic_relay import TopicRelay

TOPIC = "acme.leads"


async def join(connection: Connection, events: Sequence[RecordedEvent]) -> Sequence[RecordedEvent]:
    """Put what a table holds beside the events into their data."""
    rows = await connection.fetch("SELECT stream, body FROM bodies")
    bodies = {row["stream"]: row["body"] for row in rows}
    for event in events:
        event.data["body"] = bodies.get(event.stream)  # type: ignore[index] # a copy of the row's own
    return events


def translate(event: RecordedEvent) -> Iterator[Message]:
    if event.data["body"] is not None:
        yield encode(
            topic=TOPIC,
            key=event.stream,
            message_id=event_id(event.stream, event.version),
            type="acme.v1",
            service="executor",
            time=event.recorded_at,
            position=event.position,
            data={"body": event.data["body"]},
        )


async def test_what_was_erased_before_it_is_sent_again_is_not_sent(executor_pool: Pool) -> None:
    await executor_pool.execute("CREATE TABLE bodies (stream text, body text)")
    await executor_pool.execute("INSERT INTO bodies VALUES ('claim-1', 'one'), ('claim-2', 'two')")
    async with executor_pool.acquire() as connection:
        log = PostgresEventStore(connection)  # type: ignore[arg-type] # the pool's proxy stands for it
        await log.append([Append(f"claim-{n}", 0, [NewEvent("ActionDone", {})]) for n in (1, 2)])
    publisher = MemoryPublisher({TOPIC: MemoryTopic(partitions=1)})
    horizon = Horizon(executor_pool, "executor_events")

    async def ready(_: TopicFeed) -> bool:
        return True

    relay = TopicRelay(
        feed=TopicFeed(TOPIC, translate, ["ActionDone"], join=join),
        cursors=Cursors(executor_pool, topic=TOPIC, holder="first"),
        pool=executor_pool,
        horizon=horizon,
        publisher=publisher,
        ready=ready,
        deposed=lambda: None,
    )

    async def settle() -> list[bytes]:
        await horizon.refresh()
        while relay.position < horizon.position:
            await relay.pass_()
        return [message.key for message in publisher.topics[TOPIC].messages[0]]

    assert await settle() == [b"claim-1", b"claim-2"]
    await executor_pool.execute("DELETE FROM bodies WHERE stream = 'claim-1'")
    assert await republish(executor_pool, TOPIC)
    while len(keys := await settle()) < 3:
        await relay.pass_()
    assert keys == [b"claim-1", b"claim-2", b"claim-2"]
