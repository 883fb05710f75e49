"""`/crm/v3/objects/{type}`: records one by one, in pages, and in batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from executor_service.records.api.batches import BatchCalls
from executor_service.records.api.search import SearchBody, SearchCalls
from executor_service.records.api.shapes import Editor, RecordBody, asked_properties, show_record, source_of
from executor_service.records.handlers import (
    RecordKey,
    archive_record,
    change_record,
    create_record,
    list_records,
    read_record,
)
from executor_service.records.handlers.objects import Found
from executor_service.records.ports import RecordsWork, StoredRecord
from executor_service.web import (
    Problem,
    RefusedError,
    Role,
    describe_body,
    json_response,
    parse_id,
    read_model,
    require,
)
from shared.clock import Clock

_PATH = "/crm/v3/objects/{object_type}"

IdProperty = Annotated[str | None, Query(alias="idProperty")]


@dataclass(frozen=True, slots=True)
class Showing:
    """Which properties are shown, of which the former values too, and whether archived records are meant."""

    properties: Annotated[list[str], Query(default_factory=list)]
    properties_with_history: Annotated[list[str], Query(alias="propertiesWithHistory", default_factory=list)]
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of a list, and from where on."""

    limit: Annotated[int, Query(ge=1, le=100)] = 10
    after: str | None = None


Shown = Annotated[Showing, Depends()]
Page = Annotated[Paging, Depends()]


def _after(text: str | None) -> int:
    after = 0 if text is None or text == "0" else parse_id(text)
    if after is None:
        raise RefusedError([Problem("NOT_ALLOWED", "after", "this is no `after` of an earlier answer")])
    return after


def _one(found: Found, *, status: int = 200) -> Response:
    return json_response(show_record(found.records[0], found.definitions), status=status)


def _shown(found: Found, shown: Shown, records: Sequence[StoredRecord]) -> list[dict[str, Any]]:
    """Return records as they were asked for: the named properties, or what the type shows."""
    names = asked_properties(shown.properties) or found.object_type.shown
    with_history = bool(asked_properties(shown.properties_with_history))
    return [
        show_record(record, found.definitions, names, found.history.get(record.id, {}) if with_history else None)
        for record in records
    ]


class ObjectCalls:
    """The calls on single records and pages; `work` makes a unit of work a request."""

    def __init__(self, work: Callable[[], RecordsWork]) -> None:
        self._work = work

    async def listed(self, request: Request, object_type: str, shown: Shown, page: Page) -> Response:
        """Return records by id."""
        found = await list_records(
            work=self._work(),
            type_name=object_type,
            after=_after(page.after),
            limit=page.limit,
            archived=shown.archived,
            past=asked_properties(shown.properties_with_history),
        )
        records = found.records[: page.limit]
        body: dict[str, Any] = {"results": _shown(found, shown, records)}
        if len(found.records) > page.limit:
            body["paging"] = {"next": _next(request, str(records[-1].id))}
        return json_response(body)

    async def create(self, request: Request, object_type: str, actor: Editor) -> Response:
        """Create a record."""
        body = await read_model(request, RecordBody)
        found = await create_record(
            work=self._work(), type_name=object_type, sent=body.properties, source=source_of(actor)
        )
        return _one(found, status=201)

    async def read(self, object_type: str, record_id: str, shown: Shown, id_property: IdProperty = None) -> Response:
        """Return one record."""
        found = await read_record(
            work=self._work(),
            type_name=object_type,
            key=RecordKey(record_id, id_property),
            archived=shown.archived,
            past=asked_properties(shown.properties_with_history),
        )
        return json_response(_shown(found, shown, found.records)[0])

    async def change(
        self, request: Request, object_type: str, record_id: str, actor: Editor, id_property: IdProperty = None
    ) -> Response:
        """Change the properties that are named; the empty text empties one."""
        body = await read_model(request, RecordBody)
        found = await change_record(
            work=self._work(),
            type_name=object_type,
            key=RecordKey(record_id, id_property),
            sent=body.properties,
            source=source_of(actor),
        )
        return _one(found)

    async def archive(self, object_type: str, record_id: str, _actor: Editor) -> Response:
        """Archive a record; again changes nothing."""
        await archive_record(work=self._work(), type_name=object_type, key=RecordKey(record_id))
        return json_response(None, status=204)


def objects_router(*, work: Callable[[], RecordsWork], clock: Clock) -> APIRouter:
    """Return the router of records; `work` makes a unit of work a request, `clock` dates the answers to batches."""
    calls, batches, searches = ObjectCalls(work), BatchCalls(work, clock), SearchCalls(work)
    router = APIRouter(prefix=_PATH, tags=["records"], dependencies=[Depends(require(Role.VIEWER))])
    record = describe_body(RecordBody)
    router.add_api_route("", calls.listed, methods=["GET"])
    router.add_api_route("", calls.create, methods=["POST"], status_code=201, openapi_extra=record)
    batches.add_to(router)
    router.add_api_route("/search", searches.search, methods=["POST"], openapi_extra=describe_body(SearchBody))
    router.add_api_route("/{record_id}", calls.read, methods=["GET"])
    router.add_api_route("/{record_id}", calls.change, methods=["PATCH"], openapi_extra=record)
    router.add_api_route("/{record_id}", calls.archive, methods=["DELETE"], status_code=204)
    return router


def _next(request: Request, after: str) -> dict[str, str]:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return {"after": after, "link": f"{request.url.path}?{urlencode([*kept, ('after', after)], errors='replace')}"}
