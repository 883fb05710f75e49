"""A batch of records in Kafka's format v2, for millions of messages that differ in little.

A message about a record has some four hundred bytes, of which fifty are its own: its key (three times), its id, its
sequence. Made one by one, header by header, it costs several microseconds; an enrollment gives three of them. So the
messages of a bulk are made by columns. All of them that have keys of one length have one layout: a template, and places
in it. The template is repeated as often as there are messages, and each byte of what differs is written into all of
them at once, as a slice with the layout's length for its step.

What comes of it is byte for byte what aiokafka's builder makes of the same messages one by one; a test holds the two
together. `RecordBatch` also stands where aiokafka's producer expects its own builder: it asks `closed`, `record_count`
and `size`, and before sending `_set_producer_state` (once) and `_build`. Its version is pinned, and tests with a broker
would show a change.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from aiokafka.record.util import calc_crc32c

from shared.cloud_events import Bulk, Headers
from shared.contracts import SEQUENCE_INDEX_DIGITS, sequence_text
from shared.relay.publishing import sequence_of

# Base offset, length, leader's epoch, magic, checksum; attributes, last offset's delta, first and last timestamp,
# producer's id and epoch, base sequence, count.
_BATCH: Final = struct.Struct(">qiibIhiqqqhii")
_LENGTH_COUNTS_FROM: Final = 12
_CHECKED_FROM: Final = 21
_CHECKSUM: Final = struct.Struct(">I")
_CHECKSUM_AT: Final = 17
_NO_EPOCH: Final = -1
_MAGIC: Final = 2
_DIGEST_DIGITS: Final = 40
_VARIANT_DIGIT: Final = 16
# A UUID's variant: its two highest bits are 10, whatever digit stood there.
_VARIANT: Final = bytes.maketrans(b"0123456789abcdef", b"89ab89ab89ab89ab")
_UUID: Final = b"00000000-0000-5000-0000-000000000000"
_VERSION_AT: Final = 14
# Where a digit of the hash stands in the text of the UUID; the version's digit is the template's own.
_UUID_DIGITS: Final = tuple(
    (at, digit)
    for digit, at in enumerate(at for at, letter in enumerate(_UUID) if letter != ord("-"))
    if at != _VERSION_AT
)


def _zigzag(number: int) -> bytes:
    rest = number << 1
    written = bytearray()
    while rest > 0x7F:  # noqa: PLR2004 # seven bits a byte
        written.append(rest & 0x7F | 0x80)
        rest >>= 7
    written.append(rest)
    return bytes(written)


_SMALL: Final = [_zigzag(number) for number in range(8_192)]


def varint(number: int) -> bytes:
    """Return a length, or another number that is not negative, as the format writes it."""
    return _SMALL[number] if number < len(_SMALL) else _zigzag(number)


def _sized(content: bytes) -> bytes:
    return varint(len(content)) + content


@dataclass(frozen=True, slots=True)
class Columns:
    """What is each message's own, in order: keys of one length, SHA-1 digests of the ids, places in the event."""

    keys: Sequence[bytes]
    digests: Sequence[bytes]
    indexes: Sequence[int]

    def part(self, begin: int, end: int) -> "Columns":
        """Return some of them."""
        return Columns(self.keys[begin:end], self.digests[begin:end], self.indexes[begin:end])


@dataclass(frozen=True, slots=True)
class Layout:
    """The bytes of one record, and where in it the parts stand that differ."""

    template: bytes
    places: Mapping[str, Sequence[int]]

    def repeat(self, columns: Columns, offset: int) -> bytearray:
        """Return the records of these messages, of which the first has this offset in its batch."""
        size, places = len(self.template), self.places
        records = bytearray(self.template * len(columns.keys))
        hashes = b"".join(columns.digests).hex().encode()
        (message_id,) = places["id"]
        for at, digit in _UUID_DIGITS:
            column = hashes[digit::_DIGEST_DIGITS]
            records[message_id + at :: size] = column.translate(_VARIANT) if digit == _VARIANT_DIGIT else column
        index_format = f"%0{SEQUENCE_INDEX_DIGITS}d".encode()
        texts = {
            "key": (b"".join(columns.keys), len(columns.keys[0])),
            "index": (b"".join([index_format % index for index in columns.indexes]), SEQUENCE_INDEX_DIGITS),
            "offset": _offsets(offset, len(columns.keys)),
        }
        for name, (text, width) in texts.items():
            for digit in range(width):
                column = text[digit::width]
                for place in places[name]:
                    records[place + digit :: size] = column
        return records


def _offsets(first: int, count: int) -> tuple[bytes, int]:
    if first + count <= len(_SMALL):
        return b"".join(_SMALL[first : first + count]), len(_SMALL[first])
    return b"".join([varint(offset) for offset in range(first, first + count)]), len(varint(first))


class _Template:
    """Puts a layout together from front to back."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.places: dict[str, list[int]] = {}

    def fixed(self, content: bytes) -> None:
        self.written += content

    def own(self, name: str, blank: bytes) -> None:
        self.places.setdefault(name, []).append(len(self.written))
        self.written += blank


def layout_of(bulk: Bulk, *, key_size: int, offset_size: int) -> Layout:
    """Return the layout of a bulk's messages whose keys, and whose offsets in the batch, have these sizes."""
    key, record = bytes(key_size), _Template()
    record.fixed(b"\0\0")  # no attributes, and the batch's own timestamp
    record.own("offset", bytes(offset_size))
    record.fixed(varint(key_size))
    record.own("key", key)
    opened, closed = bulk.facts[:-1] + b',"recordId":"', b'"}'
    record.fixed(varint(len(opened) + key_size + len(closed)) + opened)
    record.own("key", key)
    record.fixed(closed + varint(len(bulk.headers) + 3) + _headers(bulk.headers))
    record.fixed(_sized(b"ce_id") + varint(len(_UUID)))
    record.own("id", _UUID)
    record.fixed(_sized(b"ce_subject") + varint(key_size))
    record.own("key", key)
    sequence = sequence_text(bulk.position, 0).encode()
    record.fixed(_sized(b"ce_sequence") + varint(len(sequence)) + sequence[:-SEQUENCE_INDEX_DIGITS])
    record.own("index", bytes(SEQUENCE_INDEX_DIGITS))
    length = varint(len(record.written))
    places = {name: [len(length) + at for at in found] for name, found in record.places.items()}
    return Layout(length + bytes(record.written), places)


def _headers(headers: Headers) -> bytes:
    written: list[bytes] = []
    for name, text in headers:
        written += (_name(name), varint(len(text)), text)
    return b"".join(written)


@lru_cache(maxsize=100)
def _name(name: str) -> bytes:
    return _sized(name.encode())


@dataclass(slots=True)
class RecordBatch:
    """Records for one partition, up to a number of bytes; `timestamp_ms` is that of all of them.

    `sequence` is the `ce_sequence` of the last one; None where it carries none.
    """

    limit: int
    timestamp_ms: int
    sequence: str | None = None
    _count: int = 0
    _records: bytearray = field(default_factory=lambda: bytearray(_BATCH.size))
    _producer: tuple[int, int, int] = (-1, -1, 0)

    def append(self, key: bytes, value: bytes, headers: Headers) -> bool:
        """Add one message; false when it does not fit beside what is there."""
        offset, numbered = varint(self._count), varint(len(headers))
        record = b"".join((b"\0\0", offset, _sized(key), _sized(value), numbered, _headers(headers)))
        record = _sized(record)
        if self._count and len(self._records) + len(record) > self.limit:
            return False
        self._records += record
        self._count += 1
        self.sequence = sequence_of(headers)
        return True

    def extend(self, layouts: "Layouts", columns: Columns) -> int:
        """Add as many of these messages as fit, at least one where the batch is empty, and return how many."""
        taken, count = 0, len(columns.keys)
        while taken < count:
            layout, upto = layouts.at(self._count, len(columns.keys[0]))
            room = (self.limit - len(self._records)) // len(layout.template)
            if room < 1 and self._count:
                break
            some = min(max(room, 1), count - taken, upto - self._count)
            self._records += layout.repeat(columns.part(taken, taken + some), self._count)
            self._count += some
            taken += some
            self.sequence = layouts.sequence(columns.indexes[taken - 1])
        return taken

    def closed(self) -> bool:
        """Tell aiokafka that nobody adds to it any more."""
        return True

    def record_count(self) -> int:
        """Return how many messages there are."""
        return self._count

    def size(self) -> int:
        """Return the bytes of the batch."""
        return len(self._records)

    def _set_producer_state(self, producer_id: int, producer_epoch: int, base_sequence: int) -> None:
        self._producer = (producer_id, producer_epoch, base_sequence)

    def _build(self) -> bytearray:
        records, length = self._records, len(self._records) - _LENGTH_COUNTS_FROM
        times = (self.timestamp_ms, self.timestamp_ms)
        head = (0, length, _NO_EPOCH, _MAGIC, 0, 0, self._count - 1, *times, *self._producer, self._count)
        _BATCH.pack_into(records, 0, *head)
        _CHECKSUM.pack_into(records, _CHECKSUM_AT, calc_crc32c(memoryview(records)[_CHECKED_FROM:]))
        return records


class Layouts:
    """The layouts of one bulk, made when they are asked for."""

    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk
        self._known: dict[tuple[int, int], Layout] = {}

    def sequence(self, index: int) -> str:
        """Return the `ce_sequence` of the message at a place of the event."""
        return sequence_text(self._bulk.position, index)

    def at(self, offset: int, key_size: int) -> tuple[Layout, int]:
        """Return the layout for an offset in a batch, and up to which offset (exclusive) it holds."""
        offset_size = len(varint(offset))
        sizes = key_size, offset_size
        if sizes not in self._known:
            self._known[sizes] = layout_of(self._bulk, key_size=key_size, offset_size=offset_size)
        return self._known[sizes], 1 << (7 * offset_size - 1)
