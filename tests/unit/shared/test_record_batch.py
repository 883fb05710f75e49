"""Batches of records: byte for byte what aiokafka's own builder makes of the same messages."""

import orjson
import pytest
from aiokafka.partitioner import murmur2
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import given
from hypothesis import strategies as st

from shared.cloud_events import Bulk, Message, unfold_bulk
from shared.contracts import derived_id, record_message_digests
from shared.relay.partitions import partition_of, partitions_of
from shared.relay.record_batch import Columns, Layouts, RecordBatch, varint

AT_MS = 1_795_762_800_000
PRODUCER = (4711, 3, 100)
EVENT = derived_id("event/claim-1/1")
HEADERS = (("content-type", b"application/json"), ("ce_type", b"workflows.record.enrolled.v1"))

headers = st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=200)), max_size=8)
positions, indexes = st.integers(1, 10**18), st.integers(0, 900_000)
record_ids = st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=40)


def a_bulk(
    ids: list[int] | range, *, facts: bytes = b'{"workflowId":"5"}', index: int = 0, ending: bool = False
) -> Bulk:
    return Bulk("t", HEADERS, 2**40, EVENT, facts, ids, ending, index)


def extended(batch: RecordBatch, bulk: Bulk) -> int:
    """Put a bulk whose keys have one length into a batch and return how many fitted."""
    keys = [b"%d" % each for each in bulk.record_ids]
    digests = record_message_digests(bulk.event_id, keys, ending=bulk.ending)
    return batch.extend(Layouts(bulk), Columns(keys, digests, range(bulk.first_index, bulk.first_index + len(keys))))


def theirs(messages: list[Message], limit: int = 1 << 20) -> tuple[bytes, int]:
    """Return the bytes of aiokafka's builder, and how many messages fitted."""
    producer_id, epoch, sequence = PRODUCER
    builder = DefaultRecordBatchBuilder(
        2,
        0,
        is_transactional=0,
        producer_id=producer_id,
        producer_epoch=epoch,
        base_sequence=sequence,
        batch_size=limit,
    )
    taken = 0
    for each in messages:
        if builder.append(taken, AT_MS, each.key, each.value, list(each.headers)) is None:
            break
        taken += 1
    return bytes(builder.build()), taken


def ours(batch: RecordBatch) -> bytes:
    batch._set_producer_state(*PRODUCER)  # noqa: SLF001 # as aiokafka's producer calls it
    return bytes(batch._build())  # noqa: SLF001 # the same


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=300), headers), min_size=1, max_size=100))
def test_messages_one_by_one_are_written_as_aiokafka_writes_them(
    parts: list[tuple[bytes, bytes, list[tuple[str, bytes]]]],
) -> None:
    messages = [Message("t", *part) for part in parts]
    batch = RecordBatch(1 << 20, AT_MS)
    assert all(batch.append(each.key, each.value, each.headers) for each in messages)
    assert ours(batch) == theirs(messages)[0]


@st.composite
def bulks(draw: st.DrawFn) -> Bulk:
    """Bulks whose keys have one length each."""
    lowest = 10 ** draw(st.integers(0, 15))
    ids = [lowest + each % (9 * lowest) for each in draw(record_ids)]
    facts = orjson.dumps(draw(st.dictionaries(st.text(), st.text(), min_size=1, max_size=5)))
    constant, ending = tuple(draw(headers)), draw(st.booleans())
    return Bulk("t", constant, draw(positions), draw(st.uuids()), facts, ids, ending, draw(indexes))


@given(bulk=bulks(), before=st.integers(0, 70))
def test_a_bulk_is_written_as_aiokafka_writes_its_messages(bulk: Bulk, before: int) -> None:
    first = Message("t", b"5", b"{}", HEADERS)
    batch = RecordBatch(1 << 20, AT_MS)
    assert all(batch.append(first.key, first.value, first.headers) for _ in range(before))
    assert extended(batch, bulk) == len(bulk.record_ids)
    assert ours(batch) == theirs([first] * before + list(unfold_bulk(bulk)))[0]


@pytest.mark.parametrize("limit", [200, 10_000, 131_072])
def test_a_full_batch_takes_as_many_as_aiokafkas(limit: int) -> None:
    bulk = a_bulk(range(1_000_000, 1_001_000), ending=True)
    batch = RecordBatch(limit, AT_MS)
    taken = extended(batch, bulk)
    assert (ours(batch), taken) == theirs(list(unfold_bulk(bulk)), limit)


def test_more_messages_than_two_bytes_can_number_are_written_all_the_same() -> None:
    bulk = a_bulk(range(100_000, 109_000))
    batch = RecordBatch(1 << 24, AT_MS)
    assert extended(batch, bulk) == 9_000
    assert ours(batch) == theirs(list(unfold_bulk(bulk)), 1 << 24)[0]


def test_a_full_batch_takes_no_message_more() -> None:
    batch = RecordBatch(100, AT_MS)
    assert batch.append(b"1", b"x" * 200, ())
    assert not batch.append(b"1", b"x", ())
    assert extended(batch, a_bulk([1, 2])) == 0
    assert batch.record_count() == 1


def test_numbers_take_a_byte_for_each_seven_bits() -> None:
    assert [varint(0), varint(63), varint(64), varint(8_192)] == [b"\0", b"\x7e", b"\x80\x01", b"\x80\x80\x01"]


@given(st.lists(st.one_of(st.binary(max_size=30), st.integers(0, 2**53).map(lambda each: b"%d" % each)), max_size=20))
def test_a_key_goes_where_every_client_sends_it(keys: list[bytes]) -> None:
    expected = [(murmur2(key) & 0x7FFFFFFF) % 12 for key in keys]
    assert partitions_of(keys, 12) == expected
    assert [partition_of(key, 12) for key in keys] == expected
