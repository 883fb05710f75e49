"""Answers of the server: their JSON, or the error that they tell, in whichever of its two forms."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx2

from executor_service.cli.failures import CommandError, Exit, Problem, RefusedError

_FIRST_REDIRECT: Final = 300


def read_answer(response: httpx2.Response) -> Any:
    """Return the JSON of a success, null for one without a body; raise RefusedError for anything else."""
    body = _json(response)
    if response.status_code >= _FIRST_REDIRECT:
        raise refusal(response.status_code, body)
    if body is None and response.content:
        raise CommandError(f"{response.url} answers with something that is not JSON", Exit.FAILURE)
    return body


def refusal(status: int, body: Any) -> RefusedError:
    """Return the error that an answer tells: a problem of `/v1`, HubSpot's envelope, or neither."""
    told: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    problems = problems_of(told.get("errors"))
    sentence = told.get("detail") or told.get("message")
    match problems:
        case []:
            return RefusedError(status, str(sentence or f"the server answered with status {status}"))
        case [only] if not only.field:
            return RefusedError(status, only.reason)
        case _:
            return RefusedError(status, str(told.get("title") or "The server refuses this"), problems)


def problems_of(errors: Any) -> list[Problem]:
    """Return the mistakes that an answer lists, in either form; none for what is no list of them."""
    if not isinstance(errors, Sequence) or isinstance(errors, str):
        return []
    return [
        Problem(
            str(error.get("field") or error.get("in") or ""), str(error.get("reason") or error.get("message") or "")
        )
        for error in errors
        if isinstance(error, Mapping)
    ]


def _json(response: httpx2.Response) -> Any:
    try:
        return json.loads(response.content) if response.content else None
    except ValueError:
        return None
