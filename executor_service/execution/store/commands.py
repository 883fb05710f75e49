"""One transaction around a command, in PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any

from executor_service.execution.store.work import ExecutionWork, Lower
from executor_service.workflows.ports import Work as WorkflowsWork
from shared.postgres import Connection, Pool, Transaction, load_queries

_QUERIES = load_queries(__file__)

MakeWorkflowsWork = Callable[[Connection, Mapping[str, Any]], WorkflowsWork]
"""Makes the unit of work of the workflows' handlers on a connection, with the metadata of its events."""


class PostgresCommandWork(Transaction):
    """See CommandWork."""

    def __init__(self, pool: Pool, *, lower: Lower, workflows: MakeWorkflowsWork) -> None:
        super().__init__(pool)
        self._lower = lower
        self._workflows = workflows

    async def take(self, command_id: str) -> bool:
        """See CommandWork."""
        return await self.connection.fetchval(_QUERIES["take"], command_id) is not None

    def execution(self) -> ExecutionWork:
        """See CommandWork."""
        return ExecutionWork(self.connection, self._lower)

    def workflows(self, metadata: Mapping[str, Any]) -> WorkflowsWork:
        """See CommandWork."""
        return self._workflows(self.connection, metadata)
