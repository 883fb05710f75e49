"""`/crm/v3/properties/{type}`: the properties of an object type."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from executor_service.records.api.shapes import (
    Body,
    Description,
    DisplayOrder,
    Label,
    Options,
    PlainText,
    show_property,
)
from executor_service.records.domain.values import FieldType, PropertyType
from executor_service.records.handlers import (
    archive_property,
    change_property,
    create_property,
    list_properties,
    read_property,
)
from executor_service.records.handlers.properties import PropertyChanges
from executor_service.records.ports import PropertyValues, RecordsWork
from executor_service.web import Role, describe_body, json_response, read_model, require

_PATH = "/crm/v3/properties/{object_type}"
_VIEWER = [Depends(require(Role.VIEWER))]
_EDITOR = [Depends(require(Role.EDITOR))]

Type = Annotated[PropertyType, Field(strict=False)]
Fields = Annotated[FieldType, Field(strict=False)]


class PropertyBody(Body):
    """A property to be made."""

    name: PlainText
    label: Label
    type: Type
    field_type: Fields
    group_name: PlainText
    description: Description = ""
    options: Options = Field(default_factory=list)
    display_order: DisplayOrder = -1
    has_unique_value: bool = False
    searchable: bool = False
    hidden: bool = False
    form_field: bool = False

    def values(self) -> PropertyValues:
        """Return it as the handler takes it."""
        return PropertyValues(
            name=self.name,
            label=self.label,
            description=self.description,
            type=self.type,
            field_type=self.field_type,
            group=self.group_name,
            options=tuple(option.stored() for option in self.options),
            display_order=self.display_order,
            unique=self.has_unique_value,
            searchable=self.searchable,
            hidden=self.hidden,
            form_field=self.form_field,
        )


class PropertyChangesBody(Body):
    """What is to be another; what is left out, or null, stays."""

    label: Label | None = None
    type: Type | None = None
    field_type: Fields | None = None
    group_name: PlainText | None = None
    description: Description | None = None
    options: Options | None = None
    display_order: DisplayOrder | None = None
    searchable: bool | None = None
    hidden: bool | None = None
    form_field: bool | None = None

    def changes(self) -> PropertyChanges:
        """Return it as the handler takes it."""
        return PropertyChanges(
            label=self.label,
            description=self.description,
            type=self.type,
            field_type=self.field_type,
            group=self.group_name,
            options=None if self.options is None else tuple(option.stored() for option in self.options),
            display_order=self.display_order,
            searchable=self.searchable,
            hidden=self.hidden,
            form_field=self.form_field,
        )


class PropertyCalls:
    """The calls on properties; `work` makes a unit of work a request."""

    def __init__(self, work: Callable[[], RecordsWork]) -> None:
        self._work = work

    async def listed(self, object_type: str, archived: bool = False) -> Response:
        """Return the properties by name."""
        found = await list_properties(work=self._work(), type_name=object_type, archived=archived)
        return json_response({"results": [show_property(stored) for stored in found]})

    async def create(self, request: Request, object_type: str) -> Response:
        """Make a property."""
        body = await read_model(request, PropertyBody)
        stored = await create_property(work=self._work(), type_name=object_type, values=body.values())
        return json_response(show_property(stored), status=201)

    async def read(self, object_type: str, name: str, archived: bool = False) -> Response:
        """Return one property."""
        stored = await read_property(work=self._work(), type_name=object_type, name=name, archived=archived)
        return json_response(show_property(stored))

    async def change(self, request: Request, object_type: str, name: str) -> Response:
        """Change a property."""
        body = await read_model(request, PropertyChangesBody)
        stored = await change_property(work=self._work(), type_name=object_type, name=name, changes=body.changes())
        return json_response(show_property(stored))

    async def archive(self, object_type: str, name: str) -> Response:
        """Archive a property."""
        await archive_property(work=self._work(), type_name=object_type, name=name)
        return json_response(None, status=204)


def properties_router(*, work: Callable[[], RecordsWork]) -> APIRouter:
    """Return the router of properties; `work` makes a unit of work a request."""
    calls = PropertyCalls(work)
    router = APIRouter(prefix=_PATH, tags=["properties"])
    new, changes = describe_body(PropertyBody), describe_body(PropertyChangesBody)
    router.add_api_route("", calls.listed, methods=["GET"], dependencies=_VIEWER)
    router.add_api_route("", calls.create, methods=["POST"], dependencies=_EDITOR, status_code=201, openapi_extra=new)
    router.add_api_route("/{name}", calls.read, methods=["GET"], dependencies=_VIEWER)
    router.add_api_route("/{name}", calls.change, methods=["PATCH"], dependencies=_EDITOR, openapi_extra=changes)
    router.add_api_route("/{name}", calls.archive, methods=["DELETE"], dependencies=_EDITOR, status_code=204)
    return router
