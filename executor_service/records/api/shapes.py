"""Bodies as they come in, and records and properties as HubSpot shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from executor_service.records.domain.values import PropertyDefinition, render_value
from executor_service.records.ports import Definitions, PastValue, Source, StoredProperty, StoredRecord
from executor_service.web import Actor, Role, require


def _scalar(value: object) -> object:
    """Refuse what is none of the kinds at once, not once for each of them."""
    if not isinstance(value, str | bool | int | float):
        raise PydanticCustomError("scalar_type", "Input should be a text, a number or a boolean")
    return value


Sent = Annotated[StrictStr | StrictBool | StrictInt | StrictFloat, BeforeValidator(_scalar)]
PlainText = Annotated[StrictStr, Field(pattern=r"^[^\x00]*$")]


class Body(BaseModel):
    """The form of what comes in: unknown fields are refused, nothing is converted."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


Names = Annotated[list[PlainText], Field(max_length=1_000)]
"""Names of properties."""


class RecordBody(Body):
    """A record to be created or changed. Associations are not held yet: only an empty list is taken."""

    properties: dict[str, Sent]
    associations: Annotated[list[Any], Field(max_length=0)] | None = None
    object_write_trace_id: PlainText | None = None


class OptionBody(Body):
    """An option of an enumeration."""

    value: Annotated[PlainText, Field(min_length=1, max_length=1_000)]
    label: Annotated[PlainText, Field(min_length=1, max_length=1_000)]
    description: Annotated[PlainText, Field(max_length=10_000)] | None = None
    display_order: Annotated[int, Field(ge=-1, le=1_000_000)] = -1
    hidden: bool = False

    def stored(self) -> dict[str, str | int | bool]:
        """Return it as it is stored."""
        shown: dict[str, str | int | bool] = self.model_dump(by_alias=True, exclude_none=True)
        return shown


Editor = Annotated[Actor, Depends(require(Role.EDITOR))]


def source_of(actor: Actor) -> Source:
    """Return what writes when the holder of a key asks for it."""
    return Source("API", f"key-{actor.key_id}")


Label = Annotated[PlainText, Field(min_length=1, max_length=255)]
Description = Annotated[PlainText, Field(max_length=10_000)]
Options = Annotated[list[OptionBody], Field(max_length=2_000)]
DisplayOrder = Annotated[int, Field(ge=-1, le=1_000_000)]


def asked_properties(given: Iterable[str]) -> list[str]:
    """Return the names of `?properties=a,b&properties=c`."""
    names = [name.strip() for text in given for name in text.split(",")]
    return sorted({name for name in names if name})


def _instant(at: datetime) -> str:
    milliseconds = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return milliseconds.removesuffix(".000") + "Z"


def _derived(record: StoredRecord) -> dict[str, str]:
    updated = _instant(record.updated_at)
    return {
        "hs_object_id": str(record.id),
        "createdate": _instant(record.created_at),
        "lastmodifieddate": updated,
        "hs_lastmodifieddate": updated,
    }


def show_record(
    record: StoredRecord,
    definitions: Definitions,
    names: Iterable[str] | None = None,
    history: Mapping[str, Sequence[PastValue]] | None = None,
) -> dict[str, Any]:
    """Return a record as HubSpot shows it: these properties, null where there is no value.

    Without names: all values. With a history: the former values of its properties, newest first.
    """
    derived = _derived(record)
    stored = {
        name: render_value(definitions[name], value) for name, value in record.document.items() if name in definitions
    }
    held: dict[str, str | None] = {**stored, **{name: text for name, text in derived.items() if name in definitions}}
    shown = held if names is None else {name: held.get(name) for name in names if name in definitions}
    body: dict[str, Any] = {
        "id": str(record.id),
        "properties": shown,
        "createdAt": derived["createdate"],
        "updatedAt": derived["lastmodifieddate"],
        "archived": record.archived_at is not None,
    }
    if history is not None:
        body["propertiesWithHistory"] = {
            name: [_past(past, definitions[name]) for past in values] for name, values in history.items()
        }
    return body if record.archived_at is None else body | {"archivedAt": _instant(record.archived_at)}


def _past(past: PastValue, definition: PropertyDefinition) -> dict[str, str]:
    value = "" if past.value is None else render_value(definition, past.value)
    body = {"value": value, "timestamp": _instant(past.at), "sourceType": past.source_type}
    return body if past.source_id is None else body | {"sourceId": past.source_id}


def show_property(stored: StoredProperty) -> dict[str, Any]:
    """Return a property as HubSpot shows it, with our `searchable`."""
    definition = stored.definition
    body: dict[str, Any] = {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "description": stored.description,
        "groupName": definition.group,
        "options": list(stored.options),
        "displayOrder": stored.display_order,
        "calculated": False,
        "externalOptions": False,
        "hasUniqueValue": definition.unique,
        "searchable": definition.searchable,
        "hidden": stored.hidden,
        "hubspotDefined": stored.is_defined,
        "modificationMetadata": {
            "archivable": not stored.is_defined,
            "readOnlyDefinition": False,
            "readOnlyValue": definition.read_only,
        },
        "formField": stored.form_field,
        "createdAt": _instant(stored.created_at),
        "updatedAt": _instant(stored.updated_at),
        "archived": stored.archived_at is not None,
    }
    return body if stored.archived_at is None else body | {"archivedAt": _instant(stored.archived_at)}
