"""The unit of work of execution: one transaction that carries its rows, the log, and the packages below."""

from collections.abc import Callable
from dataclasses import dataclass

from executor_service.execution.store.cohorts import PostgresCohorts
from executor_service.execution.store.occurrences import PostgresOccurrences
from executor_service.execution.store.payloads import PostgresPayloads
from executor_service.execution.store.requests import PostgresRequests
from executor_service.records.ports import Records
from executor_service.workflows.ports import Workflows
from shared.event_store import EventStore
from shared.postgres import Connection, Pool, Transaction
from shared.postgres_event_store import PostgresEventStore


@dataclass(frozen=True, slots=True)
class Lower:
    """How the ports of the packages below are made for a connection."""

    workflows: Callable[[Connection], Workflows]
    records: Callable[[Connection], Records]


class ExecutionWork(Transaction):
    """See the port Work."""

    events: EventStore
    occurrences: PostgresOccurrences
    cohorts: PostgresCohorts
    payloads: PostgresPayloads
    requests: PostgresRequests
    workflows: Workflows
    records: Records

    def __init__(self, source: Pool | Connection, lower: Lower) -> None:
        super().__init__(source)
        self._lower = lower

    def ports(self) -> None:
        """Build what the transaction carries."""
        connection = self.connection
        self.events = PostgresEventStore(connection)
        self.occurrences = PostgresOccurrences(connection)
        self.cohorts = PostgresCohorts(connection)
        self.payloads = PostgresPayloads(connection)
        self.requests = PostgresRequests(connection)
        self.workflows = self._lower.workflows(connection)
        self.records = self._lower.records(connection)
