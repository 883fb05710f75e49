"""Workflows in PostgreSQL."""

from executor_service.workflows.store.lookup import PostgresWorkflows, RevisionCache
from executor_service.workflows.store.repository import PostgresRepository
from executor_service.workflows.store.work import (
    PostgresBarrier,
    ReadDefinitions,
    ReadZone,
    TellZone,
    WorkflowWork,
    property_users,
)

__all__ = [
    "PostgresBarrier",
    "PostgresRepository",
    "PostgresWorkflows",
    "ReadDefinitions",
    "ReadZone",
    "RevisionCache",
    "TellZone",
    "WorkflowWork",
    "property_users",
]
