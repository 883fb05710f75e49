"""One meaning for whoever asks: a count, an occurrence and a branch find the same records."""

from datetime import UTC, datetime
from typing import Any

from executor_service.records.criteria import Tree, parse_tree
from executor_service.records.domain.values import StoredValue
from executor_service.records.ports import Source
from executor_service.records.store import PostgresRecordsWork
from shared.postgres import Pool

CONTACT = "0-1"


def asking(*filters: tuple[str, dict[str, Any]]) -> Tree:
    asked = [{"filterType": "PROPERTY", "property": name, "operation": operation} for name, operation in filters]
    branch = {"filterBranchType": "AND", "filters": asked}
    return parse_tree({"filterBranchType": "OR", "filterBranches": [branch]}, path="")


async def create(pool: Pool, documents: list[dict[str, StoredValue]]) -> list[int]:
    async with PostgresRecordsWork(pool) as work:
        made = await work.records.create(CONTACT, documents, Source("IMPORT"))
        await work.commit()
    return [record_id for record_id in made.ids if record_id is not None]


async def found(pool: Pool, tree: Tree, ids: list[int], *, now: datetime, zone: str) -> list[int]:
    """Return the places of those found, the same whoever asks."""
    async with PostgresRecordsWork(pool) as work:
        asked: dict[str, Any] = {"object_type_id": CONTACT, "now": now, "zone": zone}
        counted = await work.records.count(tree, **asked)
        pages = [page async for page in work.records.matching_ids(tree, **asked, page=2)]
        met = await work.records.meeting(tree, record_ids=ids, **asked)
    occurrence = [record_id for page in pages for record_id in page]
    assert counted.sample == occurrence == met
    assert counted.total == len(met)
    return [ids.index(record_id) for record_id in met]


async def test_none_of_takes_records_without_a_value_exactly_when_asked_to(executor_pool: Pool) -> None:
    documents: list[dict[str, StoredValue]] = [
        {"city": "A"},
        {"city": "B", "hs_buying_role": ("BLOCKER",)},
        {"city": "C", "hs_buying_role": ("CHAMPION",)},
        {"city": "D", "hs_buying_role": ("BLOCKER", "CHAMPION")},
    ]
    ids = await create(executor_pool, documents)
    at: dict[str, Any] = {"now": datetime(2027, 1, 1, tzinfo=UTC), "zone": "UTC"}

    def none_of(*, included: bool) -> Tree:
        operation = {"operationType": "ENUMERATION", "operator": "IS_NONE_OF", "values": ["BLOCKER"]}
        return asking(("hs_buying_role", operation | {"includeObjectsWithNoValueSet": included}))

    def is_not(name: str) -> tuple[str, dict[str, Any]]:
        operation = {"operationType": "STRING", "operator": "IS_NOT_EQUAL_TO", "value": "x"}
        return name, operation | {"includeObjectsWithNoValueSet": True}

    assert await found(executor_pool, none_of(included=False), ids, **at) == [2]
    assert await found(executor_pool, none_of(included=True), ids, **at) == [0, 2]
    four = asking(*(is_not(name) for name in ("firstname", "lastname", "company", "state")))
    assert await found(executor_pool, four, ids, **at) == [0, 1, 2, 3]


async def test_within_n_days_is_the_same_for_a_count_an_occurrence_and_a_branch(executor_pool: Pool) -> None:
    # Evaluated at noon of 10 June in Tokyo.
    closed = [
        *("2027-06-07T14:59:59.999Z", "2027-06-07T15:00:00.000Z", "2027-06-10T02:59:59.000Z"),
        *("2027-06-10T03:00:01.000Z", "2027-06-12T14:59:59.999Z", "2027-06-12T15:00:00.000Z"),
    ]
    ids = await create(executor_pool, [{"closedate": value} for value in closed])
    at: dict[str, Any] = {"now": datetime(2027, 6, 10, 3, tzinfo=UTC), "zone": "Asia/Tokyo"}

    def rolling(operator: str) -> Tree:
        return asking(("closedate", {"operationType": "ROLLING_DATE_RANGE", "operator": operator, "numberOfDays": 2}))

    assert await found(executor_pool, rolling("IS_LESS_THAN_X_DAYS_AGO"), ids, **at) == [1, 2]
    assert await found(executor_pool, rolling("IS_LESS_THAN_X_DAYS_FROM_NOW"), ids, **at) == [3, 4]


async def test_when_a_record_was_made_and_changed_is_asked_of_its_row(executor_pool: Pool) -> None:
    ids = await create(executor_pool, [{"city": "A"}, {"city": "B"}, {"city": "C"}])
    for record_id, created, updated in zip(
        ids,
        ("2027-01-01T00:00:00.000999Z", "2027-01-01T00:00:00.001Z", "2027-01-02T00:00:00Z"),
        ("2027-02-01T00:00:00Z", "2027-02-03T00:00:00Z", "2027-02-02T00:00:00Z"),
        strict=True,
    ):
        times = (datetime.fromisoformat(created), datetime.fromisoformat(updated))
        await executor_pool.execute(
            "UPDATE records SET created_at = $2, updated_at = $3 WHERE id = $1", record_id, *times
        )
    at: dict[str, Any] = {"now": datetime(2027, 2, 2, 12, tzinfo=UTC), "zone": "UTC"}

    def asked(name: str, kind: str, operator: str, **fields: Any) -> Tree:
        return asking((name, {"operationType": kind, "operator": operator, **fields}))

    at_first = {"timestamp": 1798761600000}  # 2027-01-01T00:00Z
    assert await found(executor_pool, asked("createdate", "DATETIME", "IS_EQUAL_TO", **at_first), ids, **at) == [0]
    assert await found(executor_pool, asked("createdate", "DATETIME", "IS_AFTER", **at_first), ids, **at) == [1, 2]
    today = asked("hs_lastmodifieddate", "CALENDAR_DATE", "IN_THIS_TIME_UNIT", timeUnit="DAY")
    assert await found(executor_pool, today, ids, **at) == [2]
    outside = asked(
        "lastmodifieddate", "RANGED_DATE", "IS_NOT_BETWEEN", lowerBound=1801526400000, upperBound=1801612800000
    )  # 2027-02-02 to 2027-02-03
    assert await found(executor_pool, outside, ids, **at) == [0]
    above = asked("hs_object_id", "NUMBER", "IS_GREATER_THAN", value=str(ids[0]))
    assert await found(executor_pool, above, ids, **at) == [1, 2]
    many = asking(
        *((name, {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"}) for name in ("createdate", "city")),
        *((name, {"operationType": "ALL_PROPERTY", "operator": "IS_UNKNOWN"}) for name in ("phone", "zip", "state")),
    )
    assert await found(executor_pool, many, ids, **at) == [0, 1, 2]
