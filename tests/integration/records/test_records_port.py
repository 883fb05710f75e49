"""The port that all writers of records share."""

import asyncio
from decimal import Decimal

import pytest

from executor_service.records.criteria import parse_tree
from executor_service.records.domain.values import PropertyDefinition, StoredValue
from executor_service.records.ports import Assigned, Change, Source, Upsertion, UpsertItem
from executor_service.records.store import PostgresRecords, PostgresRecordsWork
from shared.postgres import Connection, Pool, Transaction

CONTACT = "0-1"
ACTION = Source("AUTOMATION_PLATFORM", "workflow-1")
EVERYONE = parse_tree(
    {
        "filterBranchType": "OR",
        "filters": [],
        "filterBranches": [{"filterBranchType": "AND", "filters": [], "filterBranches": []}],
    },
    path="filterBranch",
)


async def contacts(pool: Pool, count: int) -> list[int]:
    async with PostgresRecordsWork(pool) as work:
        documents: list[dict[str, StoredValue]] = [
            {"email": f"c{n}@x.org", "annualrevenue": Decimal(n)} for n in range(count)
        ]
        made = await work.records.create(CONTACT, documents, Source("IMPORT"))
        await work.commit()
    return [record_id for record_id in made.ids if record_id is not None]


async def assign(pool: Pool, ids: list[int], name: str, value: str | Decimal | None) -> Assigned:
    async with PostgresRecordsWork(pool) as work:
        definition = (await work.records.definitions(CONTACT))[name]
        done = await work.records.assign(
            object_type_id=CONTACT, record_ids=ids, definition=definition, value=value, source=ACTION
        )
        await work.commit()
    return done


async def values(pool: Pool, name: str) -> dict[int, str | None]:
    rows = await pool.fetch("SELECT id, properties ->> $1 AS value FROM records ORDER BY id", name)
    return {row["id"]: row["value"] for row in rows}


async def test_one_value_is_given_to_many_and_noted_once_each(executor_pool: Pool) -> None:
    ids = await contacts(executor_pool, 6)
    async with PostgresRecordsWork(executor_pool) as work:
        await work.records.archive(CONTACT, [ids[5]])
        await work.commit()
    await assign(executor_pool, [ids[1]], "city", "Oslo")

    done = await assign(executor_pool, [ids[4], ids[0], ids[1], ids[5], 10**9], "city", "Oslo")
    again = await assign(executor_pool, [ids[0], ids[4]], "city", "Oslo")

    assert done == Assigned([ids[0], ids[4]], [ids[1]], [ids[5], 10**9], [])
    assert again == Assigned([], [ids[0], ids[4]], [], [])
    assert (await values(executor_pool, "city")) == dict(
        zip(ids, ["Oslo", "Oslo", None, None, "Oslo", None], strict=True)
    )
    noted = await executor_pool.fetch(
        """
        SELECT record_id, value, source_type, source_id
        FROM property_changes WHERE property = 'city' ORDER BY position
        """
    )
    assert [tuple(row) for row in noted] == [
        (record_id, "Oslo", "AUTOMATION_PLATFORM", "workflow-1") for record_id in (ids[1], ids[0], ids[4])
    ]


async def test_an_equal_number_is_no_change_and_clearing_is_one(executor_pool: Pool) -> None:
    ids = await contacts(executor_pool, 2)

    same = await assign(executor_pool, ids, "annualrevenue", Decimal("1.0"))
    cleared = await assign(executor_pool, ids, "annualrevenue", None)
    nothing_left = await assign(executor_pool, ids, "annualrevenue", None)

    assert (same.changed, same.unchanged) == ([ids[0]], [ids[1]])
    assert cleared.changed == ids
    assert nothing_left.unchanged == ids
    changes = "SELECT value FROM property_changes WHERE property = 'annualrevenue' ORDER BY position"
    assert [row["value"] for row in await executor_pool.fetch(changes)] == [1, None, None]
    assert await values(executor_pool, "annualrevenue") == dict.fromkeys(ids)


async def test_a_unique_value_goes_to_the_lowest_id_when_it_is_free(executor_pool: Pool) -> None:
    ids = await contacts(executor_pool, 4)

    free = await assign(executor_pool, [ids[3], ids[1]], "email", "new@x.org")
    taken = await assign(executor_pool, [ids[0], ids[1], ids[2]], "email", "new@x.org")
    cleared = await assign(executor_pool, [ids[1]], "email", None)

    assert free == Assigned([ids[1]], [], [], [ids[3]])
    assert taken == Assigned([], [ids[1]], [], [ids[0], ids[2]])
    assert cleared.changed == [ids[1]]
    keys = await executor_pool.fetch("SELECT value FROM record_keys ORDER BY value")
    assert [row["value"] for row in keys] == ["c0@x.org", "c2@x.org", "c3@x.org"]


async def test_two_claims_over_the_same_records_in_other_orders_change_each_once(executor_pool: Pool) -> None:
    ids = await contacts(executor_pool, 200)

    done = await asyncio.gather(
        *(assign(executor_pool, ids[::step], "city", city) for step in (1, -1, 1, -1) for city in ("Oslo", "Rome"))
    )

    assert {len(one.changed) + len(one.unchanged) for one in done} == {200}
    noted = await executor_pool.fetchval("SELECT count(*) FROM property_changes WHERE property = 'city'")
    assert noted == sum(len(one.changed) for one in done)
    assert len(set((await values(executor_pool, "city")).values())) == 1


async def test_a_change_waits_for_the_lock_and_then_sees_what_was_written(executor_pool: Pool) -> None:
    ids = await contacts(executor_pool, 3)
    async with PostgresRecordsWork(executor_pool) as first:
        await first.records.update(CONTACT, [Change(ids[0], {"city": "Oslo"})], ACTION)
        second = asyncio.ensure_future(assign(executor_pool, ids, "city", "Oslo"))
        await somebody_waits(first.connection)
        await first.commit()

    assert await second == Assigned([ids[1], ids[2]], [ids[0]], [], [])


async def somebody_waits(connection: Connection) -> None:
    blocked = (
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    )
    async with asyncio.timeout(10):
        for _ in range(100_000):
            if await connection.fetchval(blocked):
                return
    raise AssertionError


async def test_matching_ids_come_ascending_in_pages_of_one_snapshot(executor_pool: Pool) -> None:
    ids = await contacts(executor_pool, 2_503)
    async with PostgresRecordsWork(executor_pool) as work:
        await work.records.archive(CONTACT, ids[:3])
        await work.commit()
    async with (
        executor_pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        records = PostgresRecords(connection)  # type: ignore[arg-type] # the pool's proxy stands for it
        now = await connection.fetchval("SELECT rule_time()")
        pages = records.matching_ids(EVERYONE, object_type_id=CONTACT, now=now, zone="UTC")
        first = await anext(pages)
        await executor_pool.execute("DELETE FROM records WHERE id = $1", ids[-1])
        rest = [page async for page in pages]

    assert [len(page) for page in [first, *rest]] == [1_000, 1_000, 500]
    assert [record_id for page in [first, *rest] for record_id in page] == ids[3:]


async def test_a_record_named_twice_gets_its_changes_one_after_the_other(executor_pool: Pool) -> None:
    ids = await contacts(executor_pool, 2)
    async with PostgresRecordsWork(executor_pool) as work:
        updated = await work.records.update(
            CONTACT,
            [
                Change(ids[0], {"city": "Oslo", "phone": "1"}),
                Change(ids[0], {"city": "Rome"}),
                Change(ids[1], {"email": "c0@x.org", "city": "Bonn"}),
                Change(10**9, {"city": "Rome"}),
            ],
            ACTION,
        )
        await work.commit()

    assert (updated.changed, updated.unchanged, updated.missing) == ([ids[0]], [ids[1]], [10**9])
    assert [(taken.index, taken.property, taken.record_id) for taken in updated.taken] == [(2, "email", ids[0])]
    assert await values(executor_pool, "city") == {ids[0]: "Rome", ids[1]: None}


async def test_of_two_new_records_with_one_email_the_second_is_refused(executor_pool: Pool) -> None:
    async with PostgresRecordsWork(executor_pool) as work:
        made = await work.records.create(CONTACT, [{"email": "a@x.org"}, {"email": "a@x.org"}, {}], ACTION)
        await work.commit()

    assert [record_id is None for record_id in made.ids] == [False, True, False]
    assert [(taken.index, taken.record_id) for taken in made.taken] == [(1, made.ids[0])]
    assert await executor_pool.fetchval("SELECT count(*) FROM records") == 2


async def test_an_upsert_left_without_commit_leaves_nothing(executor_pool: Pool) -> None:
    async with PostgresRecordsWork(executor_pool) as work:
        email = await email_definition(work)
        done = await work.records.upsert(CONTACT, email, [UpsertItem("a@x.org", {"city": "Oslo"})], ACTION)

    assert [one.outcome for one in done] == [Upsertion.CREATED]
    for table in ("records", "record_keys", "property_changes"):
        assert await executor_pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def email_definition(work: PostgresRecordsWork) -> PropertyDefinition:
    return (await work.records.definitions(CONTACT))["email"]


async def test_changes_go_to_the_partition_of_their_month_or_to_the_default(executor_pool: Pool) -> None:
    await contacts(executor_pool, 1)
    await executor_pool.execute("UPDATE rule_clock SET shift = interval '5 years'")
    async with PostgresRecordsWork(executor_pool) as work:
        await work.records.create(CONTACT, [{}], ACTION)
        await work.commit()

    tables = await executor_pool.fetch("SELECT tableoid::regclass::text AS name FROM property_changes ORDER BY at")
    first, second = [row["name"] for row in tables]
    assert first.startswith("property_changes_2")
    assert second == "property_changes_default"


@pytest.mark.parametrize("count", [0, 1])
async def test_calls_over_nobody_do_nothing(executor_pool: Pool, count: int) -> None:
    await contacts(executor_pool, count)
    async with Transaction(executor_pool) as work:
        records = PostgresRecords(work.connection)
        assert (await records.create(CONTACT, [], ACTION)).ids == ()
        assert await records.archive(CONTACT, []) == []
        assert (await records.update(CONTACT, [], ACTION)).changed == []
        assert await records.read(CONTACT, []) == []
    assert await assign(executor_pool, [], "city", "Oslo") == Assigned([], [], [], [])
