"""`/crm/v3/objects/{type}`: records one by one, in pages, and in batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid1

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from executor_service.records.api.shapes import BatchBody, RecordBody, asked_properties, show_record
from executor_service.records.handlers import (
    RecordKey,
    UpsertAnswer,
    archive_record,
    change_record,
    create_record,
    list_records,
    read_record,
    upsert_records,
)
from executor_service.records.handlers.objects import Found
from executor_service.records.ports import Definitions, RecordsWork, Source
from executor_service.web import (
    Actor,
    Problem,
    RefusedError,
    RequestError,
    Role,
    describe_body,
    hubspot_error,
    json_response,
    parse_id,
    read_model,
    require,
)
from shared.clock import Clock
from shared.contracts import instant_text

_PATH = "/crm/v3/objects/{object_type}"
_MULTI_STATUS = 207

Editor = Annotated[Actor, Depends(require(Role.EDITOR))]
IdProperty = Annotated[str | None, Query(alias="idProperty")]


@dataclass(frozen=True, slots=True)
class Showing:
    """Which properties are shown, and whether archived records are meant."""

    properties: Annotated[list[str], Query(default_factory=list)]
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of a list, and from where on."""

    limit: Annotated[int, Query(ge=1, le=100)] = 10
    after: str | None = None


Shown = Annotated[Showing, Depends()]
Page = Annotated[Paging, Depends()]


def _source(actor: Actor) -> Source:
    return Source("API", f"key-{actor.key_id}")


def _after(text: str | None) -> int:
    after = 0 if text is None or text == "0" else parse_id(text)
    if after is None:
        raise RefusedError([Problem("NOT_ALLOWED", "after", "this is no `after` of an earlier answer")])
    return after


def _one(found: Found, names: Sequence[str] | None, *, status: int = 200) -> Response:
    return json_response(show_record(found.records[0], found.definitions, names), status=status)


class ObjectCalls:
    """The calls on records; `work` makes a unit of work a request, `clock` dates the answers to batches."""

    def __init__(self, work: Callable[[], RecordsWork], clock: Clock) -> None:
        self._work = work
        self._clock = clock

    async def listed(self, request: Request, object_type: str, shown: Shown, page: Page) -> Response:
        """Return records by id."""
        found = await list_records(
            work=self._work(),
            type_name=object_type,
            after=_after(page.after),
            limit=page.limit,
            archived=shown.archived,
        )
        names = asked_properties(shown.properties)
        records = found.records[: page.limit]
        body: dict[str, Any] = {"results": [show_record(record, found.definitions, names) for record in records]}
        if len(found.records) > page.limit:
            body["paging"] = {"next": _next(request, str(records[-1].id))}
        return json_response(body)

    async def create(self, request: Request, object_type: str, actor: Editor) -> Response:
        """Create a record."""
        body = await read_model(request, RecordBody)
        found = await create_record(
            work=self._work(), type_name=object_type, sent=body.properties, source=_source(actor)
        )
        return _one(found, None, status=201)

    async def upsert(self, request: Request, object_type: str, actor: Editor) -> Response:
        """Create or change up to 100 records by the value of a unique property."""
        body = await read_model(request, BatchBody)
        started = self._clock.now()
        inputs = [one.input() for one in body.inputs]
        answers, definitions = await upsert_records(
            work=self._work(), type_name=object_type, inputs=inputs, source=_source(actor)
        )
        traces = [one.trace_id for one in inputs]
        return _batch(answers, definitions, traces, started=started, completed=self._clock.now())

    async def read(self, object_type: str, record_id: str, shown: Shown, id_property: IdProperty = None) -> Response:
        """Return one record."""
        found = await read_record(
            work=self._work(),
            type_name=object_type,
            key=RecordKey(record_id, id_property),
            archived=shown.archived,
        )
        return _one(found, asked_properties(shown.properties))

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
            source=_source(actor),
        )
        return _one(found, None)

    async def archive(self, object_type: str, record_id: str, _actor: Editor) -> Response:
        """Archive a record; again changes nothing."""
        await archive_record(work=self._work(), type_name=object_type, key=RecordKey(record_id))
        return json_response(None, status=204)


def objects_router(*, work: Callable[[], RecordsWork], clock: Clock) -> APIRouter:
    """Return the router of records; `work` makes a unit of work a request, `clock` dates the answers to batches."""
    calls = ObjectCalls(work, clock)
    router = APIRouter(prefix=_PATH, tags=["records"], dependencies=[Depends(require(Role.VIEWER))])
    record, batch = describe_body(RecordBody), describe_body(BatchBody)
    router.add_api_route("", calls.listed, methods=["GET"])
    router.add_api_route("", calls.create, methods=["POST"], status_code=201, openapi_extra=record)
    router.add_api_route("/batch/upsert", calls.upsert, methods=["POST"], openapi_extra=batch)
    router.add_api_route("/{record_id}", calls.read, methods=["GET"])
    router.add_api_route("/{record_id}", calls.change, methods=["PATCH"], openapi_extra=record)
    router.add_api_route("/{record_id}", calls.archive, methods=["DELETE"], status_code=204)
    return router


def _next(request: Request, after: str) -> dict[str, str]:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return {"after": after, "link": f"{request.url.path}?{urlencode([*kept, ('after', after)], errors='replace')}"}


def _batch(
    answers: Sequence[UpsertAnswer],
    definitions: Definitions,
    traces: Sequence[str | None],
    *,
    started: datetime,
    completed: datetime,
) -> Response:
    results = [
        show_record(answer.record, definitions) | {"new": answer.is_new} | _trace(trace)
        for answer, trace in zip(answers, traces, strict=True)
        if answer.record is not None
    ]
    errors = [_error(index, answer.error) for index, answer in enumerate(answers) if answer.error is not None]
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": instant_text(started.astimezone(UTC)),
        "completedAt": instant_text(completed.astimezone(UTC)),
    }
    if errors:
        return json_response(body | {"numErrors": len(errors), "errors": errors}, status=_MULTI_STATUS)
    return json_response(body)


def _trace(trace: str | None) -> dict[str, str]:
    return {} if trace is None else {"objectWriteTraceId": trace}


def _error(index: int, error: RequestError) -> dict[str, Any]:
    return hubspot_error(error, uuid1()) | {"context": {"index": [str(index)]}}
