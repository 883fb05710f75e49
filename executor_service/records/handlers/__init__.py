"""What is done with records and properties: read what was sent, refuse or write, answer with what is stored."""

from executor_service.records.handlers.answers import Answer, Answered
from executor_service.records.handlers.batches import archive_batch, change_batch, create_batch, read_batch
from executor_service.records.handlers.counting import count_records
from executor_service.records.handlers.objects import (
    BatchInput,
    RecordKey,
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
from executor_service.records.handlers.searching import Asked, SearchAnswer, search_records
from executor_service.records.handlers.upserting import upsert_records

__all__ = [
    "Answer",
    "Answered",
    "Asked",
    "BatchInput",
    "RecordKey",
    "SearchAnswer",
    "archive_batch",
    "archive_property",
    "archive_record",
    "change_batch",
    "change_property",
    "change_record",
    "count_records",
    "create_batch",
    "create_property",
    "create_record",
    "list_properties",
    "list_records",
    "read_batch",
    "read_property",
    "read_record",
    "search_records",
    "upsert_records",
]
