"""Answers: JSON through orjson, and errors in the form of the surface they are on."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid1

import orjson
from starlette.responses import Response

from executor_service.web.errors import RequestError
from executor_service.web.problems import AnyProblem

POSITION_HEADER: Final = "Workflows-Position"
ENVELOPE: Final[dict[str, Any]] = {
    "description": "What is wrong, in HubSpot's envelope.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["status", "message", "correlationId", "category", "errors"],
                "properties": {
                    "status": {"const": "error"},
                    "message": {"type": "string"},
                    "correlationId": {"type": "string", "format": "uuid"},
                    "category": {"type": "string"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["code", "in", "message"],
                            "properties": {name: {"type": "string"} for name in ("code", "in", "message")},
                        },
                    },
                },
            }
        }
    },
}
"""How the document of the API describes an error on HubSpot's paths."""
_NO_CONTENT = 204
_HUBSPOT_PREFIXES = ("/crm/", "/automation/", "/account-info/")


def is_hubspot(path: str) -> bool:
    """Tell whether a path is one of HubSpot's, which answers in HubSpot's envelope."""
    return path.startswith(_HUBSPOT_PREFIXES)


def json_response(
    body: Any, *, status: int = 200, position: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer; datetimes are written in UTC with `Z`. `position` goes into the header of writes.

    With status 204 there is no body.
    """
    named = dict(headers or {}) | ({} if position is None else {POSITION_HEADER: str(position)})
    if status == _NO_CONTENT:
        return Response(status_code=status, headers=named)
    return Response(_dumps(body), status_code=status, headers=named, media_type="application/json")


def _dumps(body: Any) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


def error_response(error: RequestError, *, path: str, correlation_id: UUID | None = None) -> Response:
    """Return an error in the form of the surface that `path` lies on."""
    if is_hubspot(path):
        return _envelope(error, correlation_id or uuid1())
    body = {
        "type": f"urn:workflows:problem:{error.word}",
        "title": error.title,
        "status": error.status,
        "detail": _shown(error.detail),
        "errors": [_problem(problem) for problem in error.problems],
    }
    return Response(
        _dumps(body), status_code=error.status, headers=error.headers, media_type="application/problem+json"
    )


def _problem(problem: AnyProblem) -> dict[str, str]:
    expected: str | None = getattr(problem, "expected", None)
    shown = {"code": problem.code, "field": _shown(problem.field), "reason": _shown(problem.reason)}
    return shown if expected is None else shown | {"expected": expected}


def hubspot_error(error: RequestError, correlation_id: UUID) -> dict[str, Any]:
    """Return HubSpot's envelope of an error, as it stands in an answer or among the errors of a batch."""
    return {
        "status": "error",
        "message": _shown(error.detail),
        "correlationId": str(correlation_id),
        "category": error.category,
        "errors": [
            {"code": problem.code, "in": _shown(problem.field), "message": _shown(problem.reason)}
            for problem in error.problems
        ],
    }


def _envelope(error: RequestError, correlation_id: UUID) -> Response:
    status = error.hubspot_status or error.status
    return json_response(hubspot_error(error, correlation_id), status=status, headers=error.headers)


def _shown(text: str) -> str:
    """Return a text that can be written: what came in a URL may hold what UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()
