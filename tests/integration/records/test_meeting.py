"""Which of given records meet a tree, as a branch asks it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from executor_service.records.criteria import Tree, parse_tree
from executor_service.records.domain.values import StoredValue
from executor_service.records.ports import Source
from executor_service.records.store import PostgresRecordsWork
from shared.postgres import Pool

CONTACT = "0-1"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def asking(*filters: tuple[str, dict[str, Any]]) -> Tree:
    asked = [{"filterType": "PROPERTY", "property": name, "operation": operation} for name, operation in filters]
    branch = {"filterBranchType": "AND", "filters": asked}
    return parse_tree({"filterBranchType": "OR", "filterBranches": [branch]}, path="filterBranch")


def known(name: str) -> tuple[str, dict[str, Any]]:
    return name, {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"}


def above(name: str, number: int) -> tuple[str, dict[str, Any]]:
    return name, {"operationType": "NUMBER", "operator": "IS_GREATER_THAN", "value": number}


async def contacts(pool: Pool, count: int) -> list[int]:
    async with PostgresRecordsWork(pool) as work:
        documents: list[dict[str, StoredValue]] = [
            {"annualrevenue": Decimal(n), "city": "Oslo", "phone": "1", "state": "x", "zip": "1"} for n in range(count)
        ]
        made = await work.records.create(CONTACT, documents, Source("IMPORT"))
        await work.commit()
    return [record_id for record_id in made.ids if record_id is not None]


async def meeting(pool: Pool, tree: Tree, ids: list[int]) -> list[int]:
    async with PostgresRecordsWork(pool) as work:
        return await work.records.meeting(tree, object_type_id=CONTACT, record_ids=ids, now=NOW, zone="UTC")


async def test_of_the_given_records_those_that_meet_the_tree_are_told_ascending(executor_pool: Pool) -> None:
    ids = await contacts(executor_pool, 8)
    async with PostgresRecordsWork(executor_pool) as work:
        await work.records.archive(CONTACT, [ids[6]])
        await work.commit()

    asked = [ids[7], ids[3], ids[0], ids[6], ids[4], ids[4], 10**12]

    assert await meeting(executor_pool, asking(above("annualrevenue", 2)), asked) == [ids[3], ids[4], ids[7]]
    assert await meeting(executor_pool, asking(above("annualrevenue", 99)), asked) == []
    assert await meeting(executor_pool, asking(), []) == []


async def test_many_properties_and_derived_ones_are_asked_of_the_given_records_alone(executor_pool: Pool) -> None:
    ids = await contacts(executor_pool, 5)
    many = asking(*(known(name) for name in ("city", "phone", "state", "zip")), above("annualrevenue", 1))
    derived = asking(above("hs_object_id", ids[1]), known("createdate"))

    assert await meeting(executor_pool, many, ids[:3]) == [ids[2]]
    assert await meeting(executor_pool, derived, ids[:4]) == [ids[2], ids[3]]
