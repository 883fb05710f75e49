"""The compiled SQL and the evaluator in memory are asked the same, and answer the same."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations_with_replacement
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from executor_service.records.criteria import SearchFilter, Tree, accepts, compile_tree, parse_tree, search_tree
from executor_service.records.domain.letters import LowerTable, lower_text, server_table
from executor_service.records.domain.values import StoredValue, load_document
from shared.postgres import Connection, Queries
from tests.integration.criteria.dates import date_filters
from tests.integration.criteria.trees import (
    DEFINITIONS,
    NUMBER_OPERATORS,
    NUMBERS,
    OPTIONS,
    SET_OPERATORS,
    TEXT_OPERATORS,
    WORDS,
    document,
    moments,
    trees,
)

RECORDS = 1_200
FEW = 250
TREES = 300
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"
LOWER_SQL = Path(__file__).parents[3] / "executor_service/records/lower.sql"


class Crowd:
    """Records in a table of the session's own, and the same records as they are read into memory."""

    def __init__(self, connection: Connection, records: dict[int, dict[str, StoredValue]], letters: LowerTable) -> None:
        self.connection = connection
        self.records = records
        self.letters = letters
        self.pairs = 0
        self.accepted = 0

    async def matching(
        self, tree: dict[str, Any], *, until: int = RECORDS, moment: tuple[datetime, str] = (NOW, ZONE)
    ) -> set[int]:
        """Return the records that the SQL accepts."""
        return await self.meeting(parse_tree(tree, path="criteria"), until=until, moment=moment)

    async def meeting(self, tree: Tree, *, until: int, moment: tuple[datetime, str] = (NOW, ZONE)) -> set[int]:
        """Return the records that the SQL accepts; an answer of null is a failure of its own."""
        now, zone = moment
        compiled = compile_tree(tree, DEFINITIONS, now=now, zone=zone, first_parameter=2, column="r.properties")
        query = f"SELECT r.id, {compiled.sql} AS accepted FROM records AS r WHERE r.id <= $1 ORDER BY r.id"
        rows = await self.connection.fetch(query, until, *compiled.parameters)
        assert [row["id"] for row in rows if row["accepted"] is None] == []
        return {row["id"] for row in rows if row["accepted"]}

    def matching_in_memory(
        self, tree: dict[str, Any], *, until: int = RECORDS, moment: tuple[datetime, str] = (NOW, ZONE)
    ) -> set[int]:
        """Return the records that the evaluator in memory accepts."""
        return self.meeting_in_memory(parse_tree(tree, path="criteria"), until=until, moment=moment)

    def meeting_in_memory(self, tree: Tree, *, until: int, moment: tuple[datetime, str] = (NOW, ZONE)) -> set[int]:
        """Return the records that the evaluator in memory accepts."""
        now, zone = moment
        return {
            id_
            for id_, properties in self.records.items()
            if id_ <= until and accepts(tree, properties, DEFINITIONS, now=now, zone=zone, letters=self.letters)
        }


@pytest.fixture(scope="module")
async def crowd(database_url: str) -> AsyncIterator[Crowd]:
    connection = await asyncpg.connect(database_url)
    await connection.execute("CREATE TEMPORARY TABLE records (id bigint PRIMARY KEY, properties jsonb NOT NULL)")
    random = Random(20260301)
    await connection.executemany(
        "INSERT INTO records (id, properties) VALUES ($1, $2::text::jsonb)",
        [(id_, document(random)) for id_ in range(1, RECORDS + 1)],
    )
    rows = await connection.fetch("SELECT id, properties::text AS properties FROM records")
    mappings = await connection.fetch(Queries(LOWER_SQL)["lower_mappings"])
    letters = server_table((row["code_point"], row["lower"]) for row in mappings)
    yield Crowd(connection, {row["id"]: load_document(row["properties"]) for row in rows}, letters)
    await connection.close()


_thorough = settings(
    max_examples=TREES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@given(tree=trees(), moment=moments())
@_thorough
async def test_the_sql_and_the_evaluator_in_memory_accept_the_same_records(
    crowd: Crowd, tree: dict[str, Any], moment: tuple[datetime, str]
) -> None:
    by_sql = await crowd.matching(tree, moment=moment)
    crowd.pairs += RECORDS
    crowd.accepted += len(by_sql)
    assert by_sql == crowd.matching_in_memory(tree, moment=moment)


@given(asked=date_filters(), moment=moments())
@_thorough
async def test_the_sql_and_the_evaluator_in_memory_mean_the_same_dates(
    crowd: Crowd, asked: dict[str, Any], moment: tuple[datetime, str]
) -> None:
    tree = {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [asked]}]}
    assert await crowd.matching(tree, moment=moment) == crowd.matching_in_memory(tree, moment=moment)


@pytest.mark.parametrize("operator", TEXT_OPERATORS)
async def test_every_word_of_the_vocabulary_is_compared_the_same_way(crowd: Crowd, operator: str) -> None:
    for word in WORDS:
        tree = _asking("name", operationType="MULTISTRING", operator=operator, values=[word])
        assert (word, await crowd.matching(tree, until=FEW)) == (word, crowd.matching_in_memory(tree, until=FEW))


@pytest.mark.parametrize("operator", ["CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"])
async def test_tokens_of_a_search_are_found_the_same_way(crowd: Crowd, operator: str) -> None:
    for word in WORDS:
        for value in {word, f"{word}*", f"*{word}", f"{word}*a", f"a*{word}"}:
            asked = SearchFilter("name", operator, value)
            tree = search_tree([[asked]], "", DEFINITIONS, searched=())
            pair = (await crowd.meeting(tree, until=FEW), crowd.meeting_in_memory(tree, until=FEW))
            assert (value, pair[0]) == (value, pair[1])


@pytest.mark.parametrize("operator", NUMBER_OPERATORS)
async def test_every_number_of_the_vocabulary_is_compared_the_same_way(crowd: Crowd, operator: str) -> None:
    for number in NUMBERS:
        tree = _asking("score", operationType="NUMBER", operator=operator, value=number)
        assert (number, await crowd.matching(tree, until=FEW)) == (number, crowd.matching_in_memory(tree, until=FEW))


@pytest.mark.parametrize("operator", ["IS_BETWEEN", "IS_NOT_BETWEEN"])
async def test_every_range_of_the_vocabulary_includes_the_same_bounds(crowd: Crowd, operator: str) -> None:
    for bounds in combinations_with_replacement(sorted(NUMBERS, key=Decimal), 2):
        lower, upper = bounds
        tree = _asking("score", operationType="NUMBER_RANGED", operator=operator, lowerBound=lower, upperBound=upper)
        assert (bounds, await crowd.matching(tree, until=FEW)) == (bounds, crowd.matching_in_memory(tree, until=FEW))


@pytest.mark.parametrize("operator", SET_OPERATORS)
async def test_every_pair_of_options_is_compared_the_same_way(crowd: Crowd, operator: str) -> None:
    for values in combinations_with_replacement(OPTIONS, 2):
        tree = _asking("colours", operationType="ENUMERATION", operator=operator, values=list(values))
        assert (values, await crowd.matching(tree, until=FEW)) == (values, crowd.matching_in_memory(tree, until=FEW))


async def test_the_comparison_met_records_that_match_and_records_that_do_not(crowd: Crowd) -> None:
    if crowd.pairs == 0:
        pytest.skip("the comparison did not run")
    assert crowd.pairs >= TREES * RECORDS
    assert 0.2 < crowd.accepted / crowd.pairs < 0.8


def _asking(name: str, **operation: Any) -> dict[str, Any]:
    asked = {"filterType": "PROPERTY", "property": name, "operation": operation}
    return {
        "filterBranchType": "OR",
        "filterBranches": [{"filterBranchType": "AND", "filters": [asked]}],
    }


async def _accepts(connection: Connection, properties: str, tree: dict[str, Any]) -> bool:
    compiled = compile_tree(
        parse_tree(tree, path=""), DEFINITIONS, now=NOW, zone=ZONE, first_parameter=2, column="r.properties"
    )
    query = f"SELECT {compiled.sql} FROM (SELECT $1::text::jsonb AS properties) AS r"
    answer = await connection.fetchval(query, properties, *compiled.parameters)
    assert isinstance(answer, bool)
    return answer


@pytest.mark.parametrize("properties", ["[]", '["name"]', '"name"', "5", "null", "{}", '{"name": null}'])
async def test_a_document_that_holds_no_value_is_answered_by_the_rule_for_no_value(
    crowd: Crowd, properties: str
) -> None:
    for included in (True, False):
        text = _asking(
            "name",
            operationType="MULTISTRING",
            operator="DOES_NOT_CONTAIN_EXACTLY",
            values=["x"],
            includeObjectsWithNoValueSet=included,
        )
        assert await _accepts(crowd.connection, properties, text) is included


@pytest.mark.parametrize("length", [1_000, 65_536])
async def test_a_phrase_of_any_length_is_found_where_it_is_bounded(crowd: Crowd, length: int) -> None:
    phrase = " a.".join(str(number) for number in range(length))[: length - 1] + "z"
    asked = _asking("name", operationType="MULTISTRING", operator="CONTAINS_EXACTLY", values=[phrase])
    assert await _accepts(crowd.connection, f'{{"name": "!{phrase.upper()}."}}', asked)
    assert not await _accepts(crowd.connection, f'{{"name": "{phrase}z"}}', asked)


@given(value=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20))
@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_text_is_equal_to_itself_and_holds_itself_as_a_phrase(crowd: Crowd, value: str) -> None:
    document_text = (await crowd.connection.fetchval("SELECT jsonb_build_object('name', $1::text)::text", value)) or ""
    for operator in ("IS_EQUAL_TO", "CONTAINS", "STARTS_WITH", "ENDS_WITH", "CONTAINS_EXACTLY"):
        asked = _asking("name", operationType="MULTISTRING", operator=operator, values=[value])
        assert await _accepts(crowd.connection, document_text, asked)


async def test_the_servers_lower_case_is_the_table_taken_from_it(crowd: Crowd) -> None:
    letters = [chr(c) for c in range(1, 0x20000) if not 0xD800 <= c <= 0xDFFF]
    lowered = await crowd.connection.fetchval(
        'SELECT array_agg(lower(v COLLATE "pg_c_utf8") ORDER BY n) FROM unnest($1::text[]) WITH ORDINALITY AS u (v, n)',
        letters,
    )
    assert lowered == [lower_text(letter, crowd.letters) for letter in letters]


async def test_a_fence_around_the_document_changes_no_answer(crowd: Crowd) -> None:
    asked = [
        {
            "filterType": "PROPERTY",
            "property": name,
            "operation": {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"},
        }
        for name in ("name", "score", "stage", "colours")
    ]
    tree = {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": asked}]}
    compiled = compile_tree(parse_tree(tree, path=""), DEFINITIONS, now=NOW, zone=ZONE, first_parameter=1)
    fenced = (
        f"SELECT id FROM (SELECT id, properties || '{{}}' AS properties FROM records OFFSET 0) WHERE {compiled.sql}"
    )
    assert compiled.reads_many
    assert {row["id"] for row in await crowd.connection.fetch(fenced, *compiled.parameters)} == await crowd.matching(
        tree
    )


def test_the_vocabulary_holds_what_sql_treats_specially() -> None:
    assert {"%", "_", "\\", "'", '"', "İ", "\u017f", "\u212a", "😀"} <= {*WORDS, *OPTIONS}
