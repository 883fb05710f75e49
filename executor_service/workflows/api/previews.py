"""What a schedule comes to: of a document that is only asked about, and of a workflow."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from executor_service.web import Role, json_response, path_id, read_json, require
from executor_service.workflows.api.bodies import preview_body
from executor_service.workflows.api.dependencies import WorkflowDeps, answered
from executor_service.workflows.domain.preview import MOST, read_preview
from executor_service.workflows.handlers import preview_schedule, upcoming
from shared.recurrence import TZDATA_VERSION, preview_json

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType(
    {"sentence": None, "timeZoneId": None, "tzdata": TZDATA_VERSION, "occurrences": [], "skipped": []}
)


def previews_router(deps: WorkflowDeps) -> APIRouter:
    """Return the router of previews."""
    router = APIRouter(tags=["schedules"], dependencies=[Depends(require(Role.VIEWER))])

    @router.post("/v1/schedules/preview", openapi_extra=preview_body())
    async def preview(request: Request) -> Response:
        """Return the sentence and the next occurrences of a schedule."""
        body = await read_json(request)
        with answered():
            seen = await preview_schedule(read_preview(body), work=deps.work())
        return json_response(preview_json(seen))

    @router.get("/v1/workflows/{ident}/occurrences/upcoming")
    async def upcoming_occurrences(ident: str, limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> Response:
        """Return the next occurrences of a workflow; one that is off plans none."""
        with answered():
            seen = await upcoming(path_id(ident, "workflow"), work=deps.work(), limit=limit)
        return json_response(dict(_NOTHING) if seen is None else preview_json(seen))

    return router
