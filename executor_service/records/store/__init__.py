"""Records in PostgreSQL: writing with keys and changes in lock order, reading by criteria, properties."""

from executor_service.records.store.records import PostgresRecords
from executor_service.records.store.work import PostgresRecordsWork

__all__ = ["PostgresRecords", "PostgresRecordsWork"]
