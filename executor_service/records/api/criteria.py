"""`POST /v1/criteria/count`: how many records criteria match, at this instant."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from executor_service.records.api.shapes import Body, PlainText
from executor_service.records.handlers import count_records
from executor_service.records.ports import RecordsWork
from executor_service.web import Role, describe_body, json_response, read_model, require
from shared.contracts import instant_text


class CountBody(Body):
    """Criteria to be counted; without a zone, days are the account's."""

    object_type_id: PlainText
    filter_branch: dict[str, Any]
    time_zone_id: str | None = None


def criteria_router(*, work: Callable[[], RecordsWork]) -> APIRouter:
    """Return the router of criteria; `work` makes a unit of work a request."""
    router = APIRouter(prefix="/v1/criteria", tags=["criteria"], dependencies=[Depends(require(Role.VIEWER))])

    @router.post("/count", openapi_extra=describe_body(CountBody))
    async def count(request: Request) -> Response:
        """Count the records that criteria match."""
        body = await read_model(request, CountBody)
        counted = await count_records(
            work=work(),
            object_type_id=body.object_type_id,
            filter_branch=body.filter_branch,
            time_zone_id=body.time_zone_id,
        )
        return json_response(
            {
                "total": counted.total,
                "evaluatedAt": instant_text(counted.evaluated_at),
                "sample": [str(record_id) for record_id in counted.sample],
            }
        )

    return router
