"""The unit of work over records and properties."""

from datetime import datetime

from executor_service.account.store import zone
from executor_service.records.ports import Lookups, Properties, PropertyUsers, Records
from executor_service.records.store.lookups import PostgresLookups
from executor_service.records.store.properties import PostgresProperties, no_users
from executor_service.records.store.records import COUNT_LIMIT_MS, PostgresRecords
from executor_service.records.store.writing import read_now
from shared.postgres import Connection, Pool, Transaction


class PostgresRecordsWork(Transaction):
    """See RecordsWork; `users` says who uses a property, `count_limit_ms` how long a count may take."""

    def __init__(
        self,
        source: Pool | Connection,
        users: PropertyUsers = no_users,
        *,
        count_limit_ms: int = COUNT_LIMIT_MS,
    ) -> None:
        super().__init__(source)
        self._users = users
        self._count_limit_ms = count_limit_ms
        self._records: PostgresRecords
        self._lookups: PostgresLookups
        self._properties: PostgresProperties

    def ports(self) -> None:
        """Build the ports of the transaction."""
        self._records = PostgresRecords(self.connection, count_limit_ms=self._count_limit_ms)
        self._lookups = PostgresLookups(self.connection, limit_ms=self._count_limit_ms)
        self._properties = PostgresProperties(self.connection, self._users)

    @property
    def records(self) -> Records:
        """The records."""
        return self._records

    @property
    def lookups(self) -> Lookups:
        """What people look up of the records."""
        return self._lookups

    @property
    def properties(self) -> Properties:
        """The properties."""
        return self._properties

    async def now(self) -> datetime:
        """Return the instant by which rules decide."""
        return await read_now(self.connection)

    async def account_zone(self) -> str:
        """Return the IANA name of the account's zone."""
        return await zone(self.connection)
