"""Batches of `crm.records.v1`: written set by set, in order within a key, and once whatever comes again."""

import asyncio
from dataclasses import replace

import pytest

from executor_service.records.handlers.topic import begin_partition, take_again, take_batch
from shared.contracts import RECORDS
from shared.kafka import Refusal
from tests.integration.records_topic.conftest import READER, Desk


async def test_a_record_is_made_changed_and_archived_in_the_order_of_its_key(desk: Desk) -> None:
    await desk.take(desk.upserted("ada@example.com", firstname="Ada"))
    ada = await desk.id_of("ada@example.com")
    await desk.take(
        desk.changed(ada, firstname="Augusta"),
        desk.changed(ada, lastname="King"),
        desk.upserted("grace@example.com", firstname="Grace"),
        desk.archived(ada),
        desk.changed(ada, firstname="too late"),
        desk.upserted("grace@example.com", firstname=None, lastname="Hopper"),
    )
    assert await desk.record("ada@example.com") is None
    row = await desk.pool.fetchrow("SELECT properties, archived_at FROM records WHERE id = $1", ada)
    assert row is not None
    assert (row["properties"]["firstname"], row["properties"]["lastname"]) == ("Augusta", "King")
    assert row["archived_at"] is not None
    assert await desk.values("grace@example.com") == {"email": "grace@example.com", "lastname": "Hopper"}
    assert await desk.letters() == [(5, "NO_SUCH_RECORD", "id")]


async def test_a_batch_that_comes_again_changes_nothing(desk: Desk) -> None:
    first = [desk.upserted("ada@example.com", firstname=name) for name in ("A", "B", "C")]
    second = [desk.upserted("ada@example.com", firstname="D"), desk.message("upserted", {}, value=b"{")]
    await desk.take(*first)
    await desk.take(*second)
    before = await desk.changes()
    await desk.take(*first)
    await desk.take(*first[1:], *second)
    assert await desk.changes() == before
    assert await desk.values("ada@example.com") == {"email": "ada@example.com", "firstname": "D"}
    assert await desk.letters() == [(4, "NOT_JSON", (await desk.letters())[0][2])]


async def test_two_processes_with_one_partition_never_go_back(desk: Desk) -> None:
    batches = [[desk.upserted("ada@example.com", firstname=str(number)) for number in range(10)] for _ in range(20)]
    await asyncio.gather(*(desk.take(*batch) for batch in [*batches, *reversed(batches)]))
    taken = await desk.pool.fetchval("SELECT next_offset FROM records_taken")
    values = await desk.values("ada@example.com")
    assert (taken, values) == (200, {"email": "ada@example.com", "firstname": "9"})


async def test_poison_is_a_dead_letter_each_and_the_others_are_taken(desk: Desk) -> None:
    await desk.take(desk.upserted("taken@example.com"), desk.upserted("ada@example.com"))
    ada = await desk.id_of("ada@example.com")
    by_id = {"objectTypeId": "0-1", "id": str(ada), "properties": {}}
    wrong = {
        "NOT_JSON": desk.message("upserted", {}, value=b"{"),
        "NULL_VALUE": replace(desk.message("upserted", {}), value=None),
        "INVALID": desk.message("upserted", {**by_id, "idProperty": "email", "idValue": "x@example.com"}),
        "UNKNOWN_NAME": desk.changed(ada, shoesize="42"),
        "READ_ONLY": desk.changed(ada, hs_object_id="1"),
        "NO_SUCH_RECORD": desk.changed(999_999_999, firstname="Nobody"),
        "DUPLICATE_VALUE": desk.changed(ada, email="taken@example.com"),
        "NOT_FOUND": desk.message("upserted", {**by_id, "objectTypeId": "9-9"}),
        "NOT_ALLOWED": desk.message("upserted", {**by_id, "id": None, "idProperty": "firstname", "idValue": "Ada"}),
    }
    later = desk.message("upserted", {**by_id, "properties": {"firstname": "Ada"}, "tomorrow": {"field": 1}})
    version = desk.message("upserted.v2", by_id)
    await desk.take(*wrong.values(), later, version, desk.upserted("grace@example.com"))
    assert await desk.values("ada@example.com") == {"email": "ada@example.com", "firstname": "Ada"}
    assert await desk.values("grace@example.com") == {"email": "grace@example.com"}
    found = {offset: reason for offset, reason, _ in await desk.letters()}
    assert found == {**{message.offset: reason for reason, message in wrong.items()}, version.offset: "INVALID"}


async def test_no_value_that_came_stands_beside_a_dead_letter(desk: Desk) -> None:
    await desk.take(
        desk.upserted("secret@example.com"),
        desk.message("upserted", {"objectTypeId": "0-1", "id": "secret", "properties": {}}),
        desk.message("archived", {"objectTypeId": "secret", "id": "1"}),
        desk.upserted("second@example.com", email="secret@example.com"),
        desk.upserted("third@example.com", hs_object_id="secret"),
    )
    errors = [error for _, _, error in await desk.letters()]
    assert len(errors) == 4
    assert not [error for error in errors if "secret" in error]


async def test_what_was_refused_is_taken_when_it_is_tried_again_after_repair(desk: Desk) -> None:
    message = desk.upserted("ada@example.com", nickname="Countess")
    await desk.take(message)
    assert [reason for _, reason, _ in await desk.letters()] == ["UNKNOWN_NAME"]
    assert await take_again(message, open_work=desk.work) == Refusal(
        "UNKNOWN_NAME", "properties.nickname: UNKNOWN_NAME"
    )
    await desk.pool.execute(
        "INSERT INTO property_definitions (object_type_id, name, label, type, field_type, group_name) "
        "VALUES ('0-1', 'nickname', 'Nickname', 'string', 'text', 'contactinformation')"
    )
    assert await take_again(message, open_work=desk.work) is None
    assert await desk.values("ada@example.com") == {"email": "ada@example.com", "nickname": "Countess"}


async def test_a_topic_in_another_life_is_taken_from_its_beginning(desk: Desk) -> None:
    await desk.take(desk.upserted("ada@example.com"), desk.upserted("grace@example.com"))
    again = Desk(desk.pool)
    await begin_partition(READER, RECORDS, 0, end=2, open_work=desk.work)
    message = again.upserted("linus@example.com")
    await again.take(message)
    assert await again.record("linus@example.com") is None
    await begin_partition(READER, RECORDS, 0, end=1, open_work=desk.work)
    await again.take(message)
    assert await again.record("linus@example.com") is not None


@pytest.mark.parametrize("reader", ["another cluster", "x" * 500])
async def test_each_reader_has_its_own_place(desk: Desk, reader: str) -> None:
    message = desk.upserted("ada@example.com")
    await take_batch(reader, [message], open_work=desk.work)
    await desk.take(message, desk.upserted("ada@example.com", firstname="Ada"))
    assert await desk.pool.fetchval("SELECT count(*) FROM records_taken") == 2
