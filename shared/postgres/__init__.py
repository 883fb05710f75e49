"""PostgreSQL: pools, units of work, named queries, advisory keys, migrations."""

from shared.postgres.advisory import Kind, advisory_key, hashed_id
from shared.postgres.migrations import MigrationChangedError, migrate_schema
from shared.postgres.pool import (
    APPLICATION_NAME,
    DRIVER_ERRORS,
    Connection,
    Pool,
    close_pool,
    connect,
    is_transient,
    open_pool,
)
from shared.postgres.queries import Queries, load_queries
from shared.postgres.rights import EXECUTOR_ROLE, SCHEDULER_ROLE, MayNotMakeRolesError, PostgresUrl, as_role
from shared.postgres.work import Transaction

__all__ = [
    "APPLICATION_NAME",
    "DRIVER_ERRORS",
    "EXECUTOR_ROLE",
    "SCHEDULER_ROLE",
    "Connection",
    "Kind",
    "MayNotMakeRolesError",
    "MigrationChangedError",
    "Pool",
    "PostgresUrl",
    "Queries",
    "Transaction",
    "advisory_key",
    "as_role",
    "close_pool",
    "connect",
    "hashed_id",
    "is_transient",
    "load_queries",
    "migrate_schema",
    "open_pool",
]
