"""What is done with records and properties: read what was sent, refuse or write, answer with what is stored."""

from executor_service.records.handlers.counting import count_records
from executor_service.records.handlers.objects import (
    RecordKey,
    UpsertInput,
    archive_record,
    change_record,
    create_record,
    list_records,
    read_record,
)
from executor_service.records.handlers.properties import (
    archive_property,
    change_property,
    create_property,
    list_properties,
    read_property,
)
from executor_service.records.handlers.upserting import UpsertAnswer, upsert_records

__all__ = [
    "RecordKey",
    "UpsertAnswer",
    "UpsertInput",
    "archive_property",
    "archive_record",
    "change_property",
    "change_record",
    "count_records",
    "create_property",
    "create_record",
    "list_properties",
    "list_records",
    "read_property",
    "read_record",
    "upsert_records",
]
