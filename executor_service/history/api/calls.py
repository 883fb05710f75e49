"""The calls that read the history. All take the role viewer; all wait for `?position=` before they read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from executor_service.history.api.parameters import (
    DEFAULT_LIMIT,
    Id,
    Instant,
    Limit,
    Page,
    Position,
    RecordId,
    RecordPathId,
    StreamName,
    TypeName,
    read_place,
    refuse_nul,
)
from executor_service.history.domain.performance import Day, Totals, by_day
from executor_service.history.forms import (
    enrollment_form,
    enrollment_in_workflow_form,
    event_form,
    log_form,
    metrics_form,
    occurrence_form,
    workflow_form,
)
from executor_service.history.ports import EnrollmentFilter, EventFilter, FindRecord, LogFilter, OccurrenceFilter
from executor_service.history.store import HistoryReader, LogReader
from executor_service.web import (
    NotFoundError,
    NotYetError,
    Role,
    decode_cursor,
    encode_cursor,
    json_response,
    require,
)
from shared.recurrence import load_zone, next_occurrence, sentence
from shared.schedule import parse_schedule

_WAIT_SECONDS = 5.0
_DAYS = 30
_MOST_DAYS = 366
Row = asyncpg.Record
State = Literal["DUE", "EVALUATED", "COMPLETED", "SKIPPED", "HELD", "FAILED"]
Status = Literal["ACTIVE", "COMPLETED", "UNENROLLED"]


class HistoryCalls:
    """What the calls share: the readers of the history and of its log."""

    def __init__(self, reader: HistoryReader, log: LogReader, *, find_record: FindRecord) -> None:
        self._reader = reader
        self._log = log
        self._find_record = find_record

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
        status: Status | None = None,
        occurrence_id: Annotated[UUID | None, Query(alias="occurrenceId")] = None,
    ) -> Response:
        """List a workflow's enrollments, newest first."""
        await self._known(workflow_id, page.position)
        which = EnrollmentFilter(record_id, status, occurrence_id)
        rows = await self._reader.enrollments(workflow_id, which, below=read_place(page.cursor), limit=page.limit + 1)
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
        rows = await self._reader.action_log(workflow_id, which, below=read_place(page.cursor), limit=page.limit + 1)
        return _page([log_form(row) for row in rows[: page.limit]], rows, page.limit, _cursor)

    async def metrics(
        self, workflow_id: Id, position: Position = 0, days: Annotated[int, Query(ge=1, le=_MOST_DAYS)] = _DAYS
    ) -> Response:
        """Say how a workflow does: totals, the last days of its own zone, and how many records stand at each action."""
        await self._wait(position)
        row = await self._reader.metrics(workflow_id)
        if row is None:
            raise NotFoundError("workflow", workflow_id)
        totals = Totals(*(row[name] for name in ("enrolled", "active", "completed", "unenrolled", "goals")))
        today = row["now"].astimezone(load_zone(row["time_zone_id"])).date()
        first = max(today - timedelta(days=days - 1), await self._reader.first_day(workflow_id) or today)
        counted = {
            day["day"]: Day(day["day"], day["enrolled"], 0, day["completed"], day["unenrolled"])
            for day in await self._reader.days(workflow_id, since=first)
        }
        waiting = {each["action_id"]: each["n"] for each in await self._reader.waiting(workflow_id)}
        return json_response(metrics_form(totals, by_day(totals, counted, first=first, last=today), waiting))

    async def enrollments_of_record(
        self,
        object_type: str,
        record_id: RecordPathId,
        page: Page,
        status: Status | None = None,
    ) -> Response:
        """List a record's enrollments in all workflows, newest first."""
        await self._wait(page.position)
        where = None if "\x00" in object_type else await self._find_record(object_type, record_id)
        if where is None:
            raise NotFoundError("object type", object_type)
        rows = await self._reader.enrollments_of_record(
            record_id,
            EnrollmentFilter(status=status),
            below=read_place(page.cursor),
            limit=page.limit + 1,
            object_type_id=where.object_type_id,
        )
        if not rows and not where.is_record:
            raise NotFoundError("record", record_id)
        forms = [enrollment_in_workflow_form(row) for row in rows[: page.limit]]
        return _page(forms, rows, page.limit, _cursor)

    async def events(
        self,
        after: Position = 0,
        limit: Limit = DEFAULT_LIMIT,
        position: Position = 0,
        stream: StreamName = None,
        event_type: TypeName = None,
        cursor: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    ) -> Response:
        """Read the log itself, ascending, up to where the history stands, which the header `Workflows-Position` says.

        `cursor` is another word for `after`.
        """
        await self._wait(position)
        refuse_nul(stream=stream, type=event_type)
        which = EventFilter(stream, event_type)
        page = await self._log.read(which, after=after if cursor is None else cursor, limit=limit + 1)
        events = page.events[:limit]
        following = events[-1].position if len(page.events) > limit else None if page.is_last else page.reached
        body = {
            "data": [event_form(event) for event in events],
            "nextCursor": None if following is None else str(following),
        }
        return json_response(body, position=page.end)

    async def _wait(self, position: int) -> None:
        if position and not await self._log.wait_for(position, seconds=_WAIT_SECONDS):
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
        ("/v1/workflows/{workflow_id}/metrics", calls.metrics),
        ("/v1/records/{object_type}/{record_id}/enrollments", calls.enrollments_of_record),
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
