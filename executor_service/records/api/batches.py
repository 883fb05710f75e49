"""`/crm/v3/objects/{type}/batch/…`: up to 100 inputs in one call, each with an answer of its own.

Answers stand in the order of the inputs. Where some were refused the status is 207, and each of them is an error that
names its place.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import uuid1

from fastapi import APIRouter, Request
from pydantic import Field, StrictStr
from starlette.responses import Response

from executor_service.records.api.shapes import (
    Body,
    Editor,
    Names,
    PlainText,
    RecordBody,
    Sent,
    asked_properties,
    show_record,
    source_of,
)
from executor_service.records.handlers import (
    Answered,
    BatchInput,
    RecordKey,
    archive_batch,
    change_batch,
    create_batch,
    read_batch,
    upsert_records,
)
from executor_service.records.ports import RecordsWork
from executor_service.web import RequestError, describe_body, hubspot_error, json_response, read_model
from shared.clock import Clock
from shared.contracts import instant_text

MAX_INPUTS: Final = 100
_MULTI_STATUS = 207

Key = Annotated[StrictStr, Field(min_length=1, max_length=65_536)]


class ChangeInputBody(Body):
    """A record to be changed, or to be made where none has the key."""

    id: Key
    id_property: PlainText | None = None
    properties: dict[str, Sent]
    object_write_trace_id: PlainText | None = None

    def input(self) -> BatchInput:
        """Return it as the handler takes it."""
        return BatchInput(RecordKey(self.id, self.id_property or None), self.properties)


class ChangesBody(Body):
    """A batch of changes."""

    inputs: Annotated[list[ChangeInputBody], Field(max_length=MAX_INPUTS)]


class CreationsBody(Body):
    """A batch of records to be made."""

    inputs: Annotated[list[RecordBody], Field(max_length=MAX_INPUTS)]


class NamedBody(Body):
    """A record that is named."""

    id: Key


class ReadBody(Body):
    """A batch of records to be read, all named by their ids or by one property."""

    inputs: Annotated[list[NamedBody], Field(max_length=MAX_INPUTS)]
    id_property: PlainText | None = None
    properties: Names = Field(default_factory=list)
    properties_with_history: Names = Field(default_factory=list)


class ArchiveBody(Body):
    """A batch of records to be archived."""

    inputs: Annotated[list[NamedBody], Field(max_length=MAX_INPUTS)]


class BatchCalls:
    """The calls on batches; `work` makes a unit of work a request, `clock` dates the answers."""

    def __init__(self, work: Callable[[], RecordsWork], clock: Clock) -> None:
        self._work = work
        self._clock = clock

    def add_to(self, router: APIRouter) -> None:
        """Add the routes to the router of records."""
        for name, call, body, status in (
            ("read", self.read, ReadBody, 200),
            ("create", self.create, CreationsBody, 201),
            ("update", self.update, ChangesBody, 200),
            ("upsert", self.upsert, ChangesBody, 200),
            ("archive", self.archive, ArchiveBody, 204),
        ):
            extra = describe_body(body)
            router.add_api_route(
                f"/batch/{name}",
                call,
                methods=["POST"],
                status_code=status,
                openapi_extra=extra,
                responses={_MULTI_STATUS: {"description": "Some were refused; each of these is an error."}},
            )

    async def read(self, request: Request, object_type: str, archived: bool = False) -> Response:
        """Return the records that are named."""
        body = await read_model(request, ReadBody)
        started, past = self._clock.now(), asked_properties(body.properties_with_history)
        answered = await read_batch(
            work=self._work(),
            type_name=object_type,
            keys=[RecordKey(one.id, body.id_property or None) for one in body.inputs],
            past=past,
            archived=archived,
        )
        names = asked_properties(body.properties) or answered.object_type.shown
        results = [
            show_record(
                answer.record, answered.definitions, names, answered.history.get(answer.record.id, {}) if past else None
            )
            for answer in answered.answers
            if answer.record is not None
        ]
        return self._answer(answered, results, started)

    async def create(self, request: Request, object_type: str, actor: Editor) -> Response:
        """Create records."""
        body = await read_model(request, CreationsBody)
        started = self._clock.now()
        answered = await create_batch(
            work=self._work(),
            type_name=object_type,
            sent=[one.properties for one in body.inputs],
            source=source_of(actor),
        )
        return self._answer(answered, _written(answered, body.inputs), started, status=201)

    async def update(self, request: Request, object_type: str, actor: Editor) -> Response:
        """Change records."""
        body = await read_model(request, ChangesBody)
        started, inputs = self._clock.now(), [one.input() for one in body.inputs]
        answered = await change_batch(work=self._work(), type_name=object_type, inputs=inputs, source=source_of(actor))
        return self._answer(answered, _written(answered, body.inputs), started)

    async def upsert(self, request: Request, object_type: str, actor: Editor) -> Response:
        """Create or change records by the value of a unique property."""
        body = await read_model(request, ChangesBody)
        started, inputs = self._clock.now(), [one.input() for one in body.inputs]
        answered = await upsert_records(
            work=self._work(), type_name=object_type, inputs=inputs, source=source_of(actor)
        )
        is_new = [{"new": answer.is_new} for answer in answered.answers if answer.record is not None]
        results = [one | new for one, new in zip(_written(answered, body.inputs), is_new, strict=True)]
        return self._answer(answered, results, started)

    async def archive(self, request: Request, object_type: str, _actor: Editor) -> Response:
        """Archive records; those that are archived already stay so."""
        body = await read_model(request, ArchiveBody)
        started = self._clock.now()
        answered = await archive_batch(
            work=self._work(), type_name=object_type, keys=[RecordKey(one.id) for one in body.inputs]
        )
        return self._answer(answered, [], started, status=204)

    def _answer(
        self, answered: Answered, results: Sequence[dict[str, Any]], started: datetime, *, status: int = 200
    ) -> Response:
        errors = [_error(index, answer.error) for index, answer in enumerate(answered.answers) if answer.error]
        body: dict[str, Any] = {
            "status": "COMPLETE",
            "results": results,
            "startedAt": instant_text(started.astimezone(UTC)),
            "completedAt": instant_text(self._clock.now().astimezone(UTC)),
        }
        if errors:
            return json_response(body | {"numErrors": len(errors), "errors": errors}, status=_MULTI_STATUS)
        return json_response(body, status=status)


def _written(answered: Answered, inputs: Sequence[ChangeInputBody | RecordBody]) -> list[dict[str, Any]]:
    return [
        show_record(answer.record, answered.definitions) | _trace(one.object_write_trace_id)
        for answer, one in zip(answered.answers, inputs, strict=True)
        if answer.record is not None
    ]


def _trace(trace: str | None) -> dict[str, str]:
    return {} if trace is None else {"objectWriteTraceId": trace}


def _error(index: int, error: RequestError) -> dict[str, Any]:
    return hubspot_error(error, uuid1()) | {"context": {"index": [str(index)]}}
