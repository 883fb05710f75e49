"""What stands in the topic of records: poison becomes a dead letter and writes no record."""

from functools import partial
from itertools import count
from typing import Any, Final

import pytest

from executor_service.records.handlers.topic import take_batch
from executor_service.records.store.topic import TopicWork
from shared.contracts import RECORDS
from shared.kafka import RawMessage
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.poison import Form, dead_letters_of

_BY_VALUE: Final[dict[str, Any]] = {
    "objectTypeId": "0-1",
    "idProperty": "email",
    "idValue": "poison@example.com",
    "properties": {"firstname": "Ada"},
}
UPSERT: Final = Form(RECORDS, "crm.record.upserted.v1", _BY_VALUE)
ARCHIVE: Final = Form(RECORDS, "crm.record.archived.v1", {"objectTypeId": "0-1", "id": "999999999"})
_readers = count(1)


def _upserts() -> dict[str, tuple[RawMessage, str]]:
    of = UPSERT.with_data
    return {
        "no type": (of(objectTypeId=None), "INVALID"),
        "a type nobody knows": (of(objectTypeId="9-9"), "NOT_FOUND"),
        "a type of 5,000 letters": (of(objectTypeId="a" * 5_000), "INVALID"),
        "named twice": (of(id="1"), "INVALID"),
        "named by half": (of(idValue=None), "INVALID"),
        "named by nothing": (of(idProperty=None, idValue=None), "INVALID"),
        "an id that cannot be": (of(idProperty=None, idValue=None, id="01"), "INVALID"),
        "an id that never was": (of(idProperty=None, idValue=None, id="999999999"), "NO_SUCH_RECORD"),
        "named by a property that is not unique": (of(idProperty="firstname"), "NOT_ALLOWED"),
        "named by a property nobody knows": (of(idProperty="nothing"), "UNKNOWN_NAME"),
        "named by its id as a property": (of(idProperty="hs_object_id", idValue="1"), "NOT_ALLOWED"),
        "an empty value": (of(idValue=""), "INVALID"),
        "a value of 100,000 letters": (of(idValue="a" * 100_000), "INVALID_VALUE"),
        "no properties": (of(properties=None), "INVALID"),
        "properties that are a list": (of(properties=[]), "INVALID"),
        "a value that is a list": (of(properties={"firstname": ["Ada"]}), "INVALID"),
        "a property nobody knows": (of(properties={"shoesize": "42"}), "UNKNOWN_NAME"),
        "a property of 5,000 letters": (of(properties={"a" * 5_000: "1"}), "UNKNOWN_NAME"),
        "a property of ours": (of(properties={"createdate": "2026-11-27"}), "READ_ONLY"),
        "too long": (of(properties={"firstname": "a" * 100_000}), "TOO_LONG"),
        "no option": (of(properties={"colour": "blue"}), "UNKNOWN_OPTION"),
    }


def _archives() -> dict[str, tuple[RawMessage, str]]:
    of = ARCHIVE.with_data
    return {
        "an id that never was": (of(), "NO_SUCH_RECORD"),
        "an id that cannot be": (of(id="0"), "INVALID"),
        "no id": (of(id=None), "INVALID"),
        "a type nobody knows": (of(objectTypeId="9-9"), "NOT_FOUND"),
    }


_POISON: Final = {
    **{f"upsert, {kind}": case for kind, case in {**UPSERT.unreadable(), **_upserts()}.items()},
    **{f"archive, {kind}": case for kind, case in _archives().items()},
}


@pytest.mark.parametrize("kind", _POISON)
async def test_poison_is_one_dead_letter_with_its_reason(world: World, kind: str) -> None:
    message, reason = _POISON[kind]
    reader = f"reader {next(_readers)}"
    take = partial(take_batch, reader, [message], open_work=lambda: TopicWork(world.pool))
    async with world.writes_nothing():
        await take()
        await take()
    (letter,) = await dead_letters_of(world.pool, message)
    assert (letter["reason"], letter["state"]) == (reason, "OPEN")
    assert (letter["value"], letter["key"]) == (message.value, message.key)
    assert len(letter["error"].encode()) <= 1_024
    assert await world.pool.fetchval("SELECT next_offset FROM records_taken WHERE reader = $1", reader) > message.offset
