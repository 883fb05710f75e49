"""What records offer inside a transaction: reading by criteria, and writing with keys and changes in lock order.

Every writer of a record goes through `Records`: the API, the import, actions. The order is always the same: the
records ascending by id in a statement of their own, the write, their keys, their changes.
"""

from executor_service.records.ports.outcomes import (
    DERIVED,
    Assigned,
    Change,
    Counted,
    Created,
    Definitions,
    Document,
    Source,
    StoredRecord,
    Taken,
    Updated,
    Upserted,
    Upsertion,
    UpsertItem,
)
from executor_service.records.ports.properties import (
    ObjectType,
    Properties,
    PropertyUsers,
    PropertyValues,
    StoredProperty,
)
from executor_service.records.ports.records import Records
from executor_service.records.ports.searching import (
    History,
    Lookups,
    Order,
    PastValue,
    Place,
    Search,
    SearchPage,
)
from executor_service.records.ports.work import RecordsWork

__all__ = [
    "DERIVED",
    "Assigned",
    "Change",
    "Counted",
    "Created",
    "Definitions",
    "Document",
    "History",
    "Lookups",
    "ObjectType",
    "Order",
    "PastValue",
    "Place",
    "Properties",
    "PropertyUsers",
    "PropertyValues",
    "Records",
    "RecordsWork",
    "Search",
    "SearchPage",
    "Source",
    "StoredProperty",
    "StoredRecord",
    "Taken",
    "Updated",
    "UpsertItem",
    "Upserted",
    "Upsertion",
]
