"""The port `Lookups` on one connection inside the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from executor_service.records.domain.values import PropertyDefinition, StoredValue, load_document
from executor_service.records.ports import Definitions, History, PastValue, Search, SearchPage
from executor_service.records.store.matching import search_matching
from executor_service.records.store.planning import key_text, keyed
from executor_service.records.store.rows import limit_statements, read_definitions
from executor_service.records.store.writing import Writer
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


class PostgresLookups:
    """See Lookups."""

    def __init__(self, connection: Connection, *, limit_ms: int) -> None:
        self._connection = connection
        self._limit_ms = limit_ms

    async def search(self, search: Search, *, object_type_id: str, now: datetime, zone: str) -> SearchPage:
        """See Lookups."""
        definitions: Definitions = await read_definitions(self._connection, object_type_id)
        await limit_statements(self._connection, self._limit_ms)
        return await search_matching(
            self._connection, search, definitions, object_type_id=object_type_id, now=now, zone=zone
        )

    async def history(self, record_ids: Sequence[int], names: Sequence[str]) -> History:
        """See Lookups."""
        await limit_statements(self._connection, self._limit_ms)
        found: dict[int, dict[str, list[PastValue]]] = {
            record_id: {name: [] for name in names} for record_id in record_ids
        }
        for row in await self._connection.fetch(_QUERIES["history"], record_ids, names):
            document = load_document(row["document"])
            told = [name for name in names if name in document] if row["property"] is None else [row["property"]]
            for name in told:
                past = PastValue(document.get(name), row["at"], row["source_type"], row["source_id"])
                found[row["record_id"]][name].append(past)
        return found

    async def owners(
        self, object_type_id: str, id_property: PropertyDefinition, values: Collection[StoredValue]
    ) -> Mapping[StoredValue, int]:
        """See Lookups."""
        keys = {value: (id_property.name, key_text(value)) for value in values}
        writer = Writer(self._connection, object_type_id, keyed({id_property.name: id_property}))
        owners = await writer.owners(keys.values())
        return {value: owners[key] for value, key in keys.items() if key in owners}
