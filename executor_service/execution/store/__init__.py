"""The ports of execution with PostgreSQL: rows, units of work, and the sessions that evaluators and workers keep."""

from executor_service.execution.store.sessions import EVALUATOR, WORKER, DatabaseSession, session_opener
from executor_service.execution.store.work import ExecutionWork, Lower

__all__ = ["EVALUATOR", "WORKER", "DatabaseSession", "ExecutionWork", "Lower", "session_opener"]
