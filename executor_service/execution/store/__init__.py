"""The ports of execution with PostgreSQL: rows, units of work, and the sessions that evaluators and workers keep."""

from executor_service.execution.store.occurrences import count_waiting
from executor_service.execution.store.payloads import PostgresPayloads
from executor_service.execution.store.sessions import EVALUATOR, WORKER, DatabaseSession, open_snapshot, session_opener
from executor_service.execution.store.work import ExecutionWork, Lower

__all__ = [
    "EVALUATOR",
    "WORKER",
    "DatabaseSession",
    "ExecutionWork",
    "Lower",
    "PostgresPayloads",
    "count_waiting",
    "open_snapshot",
    "session_opener",
]
