"""B5: the relay of the per-record history, beside aiokafka's producer alone with the same messages."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from aiokafka import AIOKafkaProducer

from deploy.local.services import Launch
from executor_service.history.messages import history_messages
from shared.cloud_events import Message, unfold
from shared.contracts import HISTORY
from shared.horizon import read_events
from shared.kafka.producer import make_producer
from shared.postgres import Connection, connect
from tests.bench.engine import Engine
from tests.bench.figures import Figure
from tests.bench.ground import Ground, Scene

_BAR = 20_000
_ALONE = 20_000
_EVENT_SIZE = 1_000
_UNDER_WAY = 5_000
_STORE = """
INSERT INTO events (stream, version, type, data, record_ids, metadata)
SELECT 'occurrence-' || gen_random_uuid(), 1, 'RecordsEnrolled',
       jsonb_build_object('workflowId', '1', 'occurrenceId', gen_random_uuid(), 'revisionId', '1', 'objectTypeId',
                          '0-1', 'page', page, 'firstActionId', '1'),
       ARRAY(SELECT generate_series(page * 1000 + 1, page * 1000 + 1000)::bigint), '{}'
FROM generate_series(0, $1::integer - 1) AS page
"""
_POSITION = "SELECT coalesce(max(position), 0) FROM relay_cursors WHERE topic = $1"


async def measure(ground: Ground) -> list[Figure]:
    """Return the messages a second from the log to the topic."""
    scene = await ground.scene("relay")
    events = ground.sizes.messages // _EVENT_SIZE
    await scene.connection.execute(_STORE, events)
    async with ground.engine("B5", scene, (Launch(roles=("relay",)),)) as engine:
        rate = await _relayed(engine, events)
    alone = await _alone(scene)
    what = f"{ground.sizes.messages:,} messages about records, log → topic"
    return [Figure("B5", what, rate, "messages/s", alone, "aiokafka's producer alone", _BAR)]


async def _relayed(engine: Engine, events: int) -> float:
    """Return the rate from the first event published, so that the start of the process does not count."""
    topic = engine.topic(HISTORY)
    await engine.wait_for(_POSITION, topic, want=bool)
    first, began = await engine.connection.fetchval(_POSITION, topic), perf_counter()
    highest = await engine.connection.fetchval("SELECT max(position) FROM events")
    await engine.wait_for(_POSITION, topic, want=lambda position: position >= highest)
    left = await _between(engine.connection, first, highest)
    if not left:
        raise AssertionError(f"all {events} events were published at once: too few to measure")
    return left * _EVENT_SIZE / (perf_counter() - began)


async def _between(connection: Connection, first: int, highest: int) -> int:
    query = "SELECT count(*) FROM events WHERE type = 'RecordsEnrolled' AND position > $1 AND position <= $2"
    count: int = await connection.fetchval(query, first, highest)
    return count


async def _alone(scene: Scene) -> float:
    connection = await connect(scene.url, schema="executor")
    events = await read_events(connection, after=0, until=2**62, limit=_ALONE // _EVENT_SIZE, types=["RecordsEnrolled"])
    await connection.close()
    messages = list(
        unfold(
            each
            for event in events
            for each in history_messages(event, topic=scene.surroundings.topic_prefix + HISTORY)
        )
    )
    producer = make_producer(scene.surroundings.kafka)
    await producer.start()
    try:
        began = perf_counter()
        for begin in range(0, len(messages), _UNDER_WAY):
            await _send(producer, messages[begin : begin + _UNDER_WAY])
        return len(messages) / (perf_counter() - began)
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, messages: Sequence[Message]) -> None:
    futures: list[Any] = [
        await producer.send(each.topic, each.value, key=each.key, headers=list(each.headers)) for each in messages
    ]
    await asyncio.gather(*futures)
