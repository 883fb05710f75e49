"""`GET /v1/workflows/{id}/review`: what turning a workflow on would come to, counted now."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from executor_service.execution.domain.review import Matching
from executor_service.execution.handlers.reviewing import OpenSnapshot, Reviewed, review
from executor_service.web import NotFoundError, Role, json_response, path_id, require
from executor_service.workflows.ports import ActionCatalogue, NoSuchWorkflowError, Work
from shared.contracts import instant_text
from shared.recurrence import occurrence_json


def review_router(*, work: Callable[[], Work], catalogue: ActionCatalogue, open_snapshot: OpenSnapshot) -> APIRouter:
    """Return the router of reviews; `work` makes a unit of work of the workflows."""
    router = APIRouter(prefix="/v1/workflows/{ident}", tags=["workflows"], dependencies=[Depends(require(Role.VIEWER))])

    @router.get("/review")
    async def review_workflow(ident: str) -> Response:
        """Say whom a workflow would enroll now, when it is due next, and what speaks against turning it on."""
        number = path_id(ident, "workflow")
        try:
            found = await review(number, work=work(), catalogue=catalogue, open_snapshot=open_snapshot)
        except NoSuchWorkflowError as error:
            raise NotFoundError("workflow", error.workflow_id) from error
        return json_response(_form(found))

    return router


def _form(found: Reviewed) -> dict[str, Any]:
    occurrences = () if found.seen is None else found.seen.occurrences
    return {
        "workflowId": str(found.state.workflow_id),
        "revisionId": found.state.revision_id,
        "isEnabled": found.state.is_enabled,
        "canTurnOn": not found.problems,
        "sentence": None if found.seen is None else found.seen.sentence,
        "timeZoneId": found.time_zone_id,
        "matching": {"evaluatedAt": instant_text(found.evaluated_at), **_matching_form(found.matching)},
        "active": found.active,
        "nextOccurrences": [occurrence_json(each) for each in occurrences],
        "errors": [{"code": each.code, "in": each.field, "message": each.reason} for each in found.problems],
        "warnings": [
            {"code": each.code, "in": each.place, "message": each.message, "count": each.count}
            for each in found.warnings
        ],
    }


def _matching_form(matching: Matching | None) -> dict[str, Any]:
    if matching is None:
        return {"total": None, "sample": [], "suppressed": None, "alreadyEnrolled": None, "wouldEnroll": None}
    return {
        "total": matching.total,
        "sample": [str(record_id) for record_id in matching.sample],
        "suppressed": 0,
        "alreadyEnrolled": matching.already_enrolled,
        "wouldEnroll": matching.would_enroll,
    }
