"""The calls that read the history. All take the role viewer; all wait for `?position=` before they read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Path, Query
from pydantic import BeforeValidator
from starlette.responses import Response

from executor_service.history.forms import enrollment_form, event_form, log_form, occurrence_form, workflow_form
from executor_service.history.ports import TOP, EnrollmentFilter, LogFilter, OccurrenceFilter, Place
from executor_service.history.store import HistoryReader
from executor_service.web import (
    MAX_ID,
    NotFoundError,
    NotYetError,
    Problem,
    RefusedError,
    Role,
    decode_cursor,
    encode_cursor,
    json_response,
    parse_id,
    read_instant,
    require,
)
from shared.recurrence import next_occurrence, sentence
from shared.schedule import parse_schedule

_WAIT_SECONDS = 5.0
_DEFAULT_LIMIT = 100
_HIGHEST_LIMIT = 1000


def _read_id(text: str) -> int:
    ident = parse_id(text)
    if ident is None:
        raise NotFoundError("workflow", text)
    return ident


Id = Annotated[int, BeforeValidator(_read_id), Path(ge=1, le=MAX_ID)]
Limit = Annotated[int, Query(ge=1, le=_HIGHEST_LIMIT)]
Cursor = Annotated[str | None, Query(max_length=500)]
Position = Annotated[int, Query(ge=0, le=2**63 - 1)]
RecordId = Annotated[int | None, Query(alias="recordId", ge=1, le=MAX_ID)]
Instant = Annotated[datetime | None, BeforeValidator(read_instant)]
State = Literal["DUE", "EVALUATED", "COMPLETED", "SKIPPED", "HELD", "FAILED"]
Row = asyncpg.Record


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of a list, from where on, and the position that the history must have reached."""

    limit: Limit = _DEFAULT_LIMIT
    cursor: Cursor = None
    position: Position = 0


Page = Annotated[Paging, Depends()]


class HistoryCalls:
    """What the calls share: the reader."""

    def __init__(self, reader: HistoryReader) -> None:
        self._reader = reader

    async def row(self, workflow_id: int, *, position: int) -> Mapping[str, Any]:
        """Return a workflow's row once the history has reached a position; raises NotYetError, NotFoundError."""
        await self._wait(position)
        found = await self._reader.workflow(workflow_id)
        if found is None:
            raise NotFoundError("workflow", workflow_id)
        return (await self._workflow_forms([found]))[0]

    async def workflows(self, page: Page) -> Response:
        """List the workflows, newest first."""
        await self._wait(page.position)
        below = None if page.cursor is None else int(decode_cursor(page.cursor, [int])[0])
        rows = await self._reader.workflows(below=below, limit=page.limit + 1)
        forms = await self._workflow_forms(rows[: page.limit])
        return _page(forms, rows, page.limit, lambda row: encode_cursor(row["id"]))

    async def workflow(self, workflow_id: Id, position: Position = 0) -> Response:
        """Read one workflow; one that was deleted says when."""
        return json_response(await self.row(workflow_id, position=position))

    async def occurrences(
        self,
        workflow_id: Id,
        page: Page,
        state: State | None = None,
        since: Annotated[Instant, Query(alias="from")] = None,
        until: Annotated[Instant, Query(alias="to")] = None,
    ) -> Response:
        """List a workflow's occurrences, newest first."""
        await self._known(workflow_id, page.position)
        which = OccurrenceFilter(state, since, until)
        below = None if page.cursor is None else int(decode_cursor(page.cursor, [int])[0])
        rows = await self._reader.occurrences(workflow_id, which, below=below, limit=page.limit + 1)
        forms = [occurrence_form(row) for row in rows[: page.limit]]
        return _page(forms, rows, page.limit, lambda row: encode_cursor(row["position"]))

    async def enrollments(
        self,
        workflow_id: Id,
        page: Page,
        record_id: RecordId = None,
        status: Literal["ACTIVE", "COMPLETED", "UNENROLLED"] | None = None,
        occurrence_id: Annotated[UUID | None, Query(alias="occurrenceId")] = None,
    ) -> Response:
        """List a workflow's enrollments, newest first."""
        await self._known(workflow_id, page.position)
        which = EnrollmentFilter(record_id, status, occurrence_id)
        rows = await self._reader.enrollments(workflow_id, which, below=_place(page.cursor), limit=page.limit + 1)
        return _page([enrollment_form(row) for row in rows[: page.limit]], rows, page.limit, _cursor)

    async def action_log(
        self,
        workflow_id: Id,
        page: Page,
        record_id: RecordId = None,
        action_id: Annotated[str | None, Query(alias="actionId", pattern="^[1-9][0-9]{0,8}$")] = None,
        group: Literal["PROGRESS", "SUCCESS", "ALERT"] | None = None,
        since: Annotated[Instant, Query(alias="from")] = None,
        until: Annotated[Instant, Query(alias="to")] = None,
    ) -> Response:
        """List what was done to records, newest first."""
        await self._known(workflow_id, page.position)
        which = LogFilter(record_id, action_id, group, since, until)
        rows = await self._reader.action_log(workflow_id, which, below=_place(page.cursor), limit=page.limit + 1)
        return _page([log_form(row) for row in rows[: page.limit]], rows, page.limit, _cursor)

    async def events(
        self,
        after: Position = 0,
        limit: Limit = _DEFAULT_LIMIT,
        position: Position = 0,
        stream: Annotated[str | None, Query(max_length=200)] = None,
        event_type: Annotated[str | None, Query(alias="type", max_length=100)] = None,
    ) -> Response:
        """Read the log itself, ascending, up to where the history stands."""
        await self._wait(position)
        _refuse_nul(stream=stream, type=event_type)
        events = await self._reader.events(after=after, limit=limit + 1, stream=stream, event_type=event_type)
        following = str(events[limit - 1].position) if len(events) > limit else None
        return json_response({"data": [event_form(event) for event in events[:limit]], "nextCursor": following})

    async def _wait(self, position: int) -> None:
        if position and not await self._reader.wait_for(position, seconds=_WAIT_SECONDS):
            raise NotYetError(position)

    async def _known(self, workflow_id: int, position: int) -> None:
        await self._wait(position)
        if await self._reader.workflow(workflow_id) is None:
            raise NotFoundError("workflow", workflow_id)

    async def _workflow_forms(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        last = await self._reader.occurrences_by_id([row["last_id"] for row in rows if row["last_id"] is not None])
        return [_workflow_form(row, last.get(row["last_id"])) for row in rows]


def router(calls: HistoryCalls) -> APIRouter:
    """Return the routes of the history."""
    routes = APIRouter(dependencies=[Depends(require(Role.VIEWER))], tags=["history"])
    for path, call in (
        ("/v1/workflows", calls.workflows),
        ("/v1/workflows/{workflow_id}", calls.workflow),
        ("/v1/workflows/{workflow_id}/occurrences", calls.occurrences),
        ("/v1/workflows/{workflow_id}/enrollments", calls.enrollments),
        ("/v1/workflows/{workflow_id}/action-log", calls.action_log),
        ("/v1/events", calls.events),
    ):
        routes.add_api_route(path, call, methods=["GET"])
    return routes


def _workflow_form(row: Row, last: Row | None) -> dict[str, Any]:
    if row["schedule"] is None:
        return workflow_form(row, last=last, sentence=None, next_at=None)
    schedule = parse_schedule(row["schedule"])
    following = None
    if row["is_enabled"]:
        following = next_occurrence(schedule, row["time_zone_id"], row["now"])
    next_at = None if following is None else following.due_at
    return workflow_form(row, last=last, sentence=sentence(schedule), next_at=next_at)


def _page(forms: Sequence[Any], rows: Sequence[Row], limit: int, cursor: Callable[[Row], str]) -> Response:
    following = cursor(rows[limit - 1]) if len(rows) > limit else None
    return json_response({"data": forms, "nextCursor": following})


def _cursor(row: Row) -> str:
    return encode_cursor(row["position"], row["n"], row["place"])


def _place(cursor: str | None) -> Place:
    if cursor is None:
        return TOP
    position, n, place = (int(part) for part in decode_cursor(cursor, [int, int, int]))
    return position, min(max(n, 0), TOP[1]), place


def _refuse_nul(**texts: str | None) -> None:
    for field, text in texts.items():
        if text is not None and "\x00" in text:
            raise RefusedError([Problem("NOT_ALLOWED", field, "a text holds no NUL")])
