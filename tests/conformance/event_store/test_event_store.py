"""The event store: in memory and in PostgreSQL the same."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.clock import ManualClock
from shared.contracts import event_id
from shared.event_store import Append, EventStore, NewEvent, VersionConflictError
from shared.memory import MemoryEventStore
from shared.postgres import Pool
from shared.postgres_event_store import PostgresEventStore


@pytest.fixture
def memory_store() -> EventStore:
    return MemoryEventStore(ManualClock(datetime(2026, 11, 27, tzinfo=UTC)))


@pytest.fixture
async def postgres_store(scheduler_pool: Pool) -> AsyncIterator[EventStore]:
    async with scheduler_pool.acquire() as connection:
        yield PostgresEventStore(connection)  # type: ignore[arg-type] # the pool's proxy stands for it


@pytest.fixture(params=["memory_store", "postgres_store"])
def store(request: pytest.FixtureRequest) -> EventStore:
    found: EventStore = request.getfixturevalue(request.param)
    return found


def event(number: int, record_ids: list[int] | None = None) -> NewEvent:
    return NewEvent("Counted", {"number": number, "text": "ä"}, record_ids)


async def test_a_stream_that_does_not_exist_is_empty_and_has_version_0(store: EventStore) -> None:
    assert await store.read_stream("workflow-1") == []
    assert await store.versions(["workflow-1"]) == {"workflow-1": 0}


async def test_events_come_back_as_they_were_appended_in_order(store: EventStore) -> None:
    position = await store.append([Append("a", 0, [event(1, [5, 3, 4]), event(2, [])], {"actor": "key-1"})])
    first, second = await store.read_stream("a")
    assert (first.version, second.version, second.position) == (1, 2, position)
    assert (first.type, first.data, first.record_ids) == ("Counted", {"number": 1, "text": "ä"}, [5, 3, 4])
    assert second.record_ids == []
    assert first.metadata == {"eventId": str(event_id("a", 1)), "actor": "key-1"}
    assert first.recorded_at.tzinfo is not None


async def test_an_event_about_no_records_has_none_rather_than_an_empty_list(store: EventStore) -> None:
    await store.append([Append("a", 0, [event(1)])])
    assert (await store.read_stream("a"))[0].record_ids is None


async def test_positions_ascend_in_the_order_given_across_streams(store: EventStore) -> None:
    await store.append([Append("b", 0, [event(1)]), Append("a", 0, [event(2)]), Append("b", 1, [event(3)])])
    placed = {found.position: found.data["number"] for name in "ab" for found in await store.read_stream(name)}
    assert [placed[position] for position in sorted(placed)] == [1, 2, 3]
    assert await store.versions(["a", "b", "c"]) == {"a": 1, "b": 2, "c": 0}


async def test_only_what_is_above_a_version_is_read(store: EventStore) -> None:
    await store.append([Append("a", 0, [event(1), event(2), event(3)])])
    assert [found.version for found in await store.read_stream("a", after_version=1)] == [2, 3]


@pytest.mark.parametrize("expected_version", [0, 1])
async def test_a_wrong_expected_version_is_a_conflict(store: EventStore, expected_version: int) -> None:
    await store.append([Append("a", 0, [event(1), event(2)])])
    with pytest.raises(VersionConflictError) as raised:
        await store.append([Append("a", expected_version, [event(3)])])
    assert raised.value.streams == ("a",)
    assert await store.versions(["a"]) == {"a": 2}


async def test_a_conflict_in_one_stream_leaves_nothing_in_the_other(store: EventStore) -> None:
    await store.append([Append("a", 0, [event(1)])])
    with pytest.raises(VersionConflictError):
        await store.append([Append("b", 0, [event(2)]), Append("a", 0, [event(3)])])
    assert await store.versions(["a", "b"]) == {"a": 1, "b": 0}


async def test_appending_nothing_gives_position_0(store: EventStore) -> None:
    assert await store.append([]) == 0
    assert await store.append([Append("a", 0, [])]) == 0
