"""What is kept outside the log, and how the log tells of it."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from executor_service.execution.domain.payloads import SALT_BYTES, seal
from executor_service.execution.domain.settlement import Outcome
from shared.contracts import payload_id

NOW = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
CLAIM = UUID(int=1)


def outcome(ids: list[int], *contents: bytes) -> Outcome:
    return Outcome("SUCCEEDED", ids, "2", NOW, details={"topic": "t"}, contents=contents)


def test_contents_stand_by_ascending_record_with_a_salt_each() -> None:
    salts = bytes(range(2 * SALT_BYTES))
    told, payload = seal(CLAIM, [outcome([7], b"seven"), outcome([3], b"three"), outcome([5])], name="p", salts=salts)
    assert payload is not None
    assert (payload.id, list(payload.record_ids)) == (payload_id(CLAIM, "p"), [3, 7])
    assert list(payload.contents) == [salts[:SALT_BYTES] + b"three", salts[SALT_BYTES:] + b"seven"]
    reference = {"payloadId": str(payload.id), "digest": payload.digest}
    assert [each.details for each in told] == [{"topic": "t", "p": reference}] * 2 + [{"topic": "t"}]


def test_the_digest_of_the_whole_follows_from_those_of_the_parts() -> None:
    _, payload = seal(CLAIM, [outcome([1, 2], b"a", b"a")], name="p", salts=bytes(range(2 * SALT_BYTES)))
    assert payload is not None
    assert payload.digests[0] != payload.digests[1]
    assert payload.digest == hashlib.sha256(payload.digests[0] + payload.digests[1]).hexdigest()


def test_without_contents_there_is_no_payload() -> None:
    assert seal(CLAIM, [outcome([1])], name="p", salts=b"") == ([outcome([1])], None)
