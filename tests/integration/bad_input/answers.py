"""The two forms of a refusal, held against every answer."""

import re
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import orjson

_CODE: Final = re.compile(r"[A-Z][A-Z_]+")
_HUBSPOT: Final = ("/crm/", "/automation/", "/account-info/")
_CATEGORIES: Final = {
    "VALIDATION_ERROR",
    "OBJECT_NOT_FOUND",
    "CONFLICT",
    "INVALID_AUTHENTICATION",
    "MISSING_SCOPES",
    "RATE_LIMITS",
}
MULTI_STATUS: Final = 207
_INNER: Final = ("Traceback", "asyncpg", "pydantic", 'File "', "SELECT ")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an answer refuses: its status, and the code and place of each mistake."""

    status: int
    mistakes: tuple[tuple[str, str], ...]

    @property
    def codes(self) -> set[str]:
        """The codes."""
        return {code for code, _ in self.mistakes}

    @property
    def places(self) -> set[str]:
        """The places."""
        return {place for _, place in self.mistakes}


def said(answer: httpx2.Response) -> dict[str, Any]:
    """Return the object that an answer holds."""
    body: dict[str, Any] = orjson.loads(answer.content)
    return body


def is_hubspot(path: str) -> bool:
    """Tell whether a path answers in HubSpot's form."""
    return path.startswith(_HUBSPOT)


def refused_status(path: str) -> int:
    """Return the status of what is understood and not allowed, on this path."""
    return 400 if is_hubspot(path) else 422


def refusal(answer: httpx2.Response) -> Refusal:
    """Return what an answer refuses, held to the form of its path and to telling nothing of the inside."""
    assert 400 <= answer.status_code < 500, f"{answer.request.method} {answer.request.url} {answer.text[:500]}"
    assert not [word for word in _INNER if word in answer.text]
    assert len(answer.content) < 100_000
    if is_hubspot(answer.request.url.path):
        return _of_envelope(answer, said(answer))
    return _of_problem(answer, said(answer))


def refusals_inside(answer: httpx2.Response) -> Refusal:
    """Return what a batch refuses: of the whole, or, in an answer of 207, of its inputs."""
    if answer.status_code != MULTI_STATUS:
        return refusal(answer)
    body = said(answer)
    assert body["results"] == []
    assert body["numErrors"] == len(body["errors"])
    mistakes = [(each["code"], each["in"]) for error in body["errors"] for each in error["errors"]]
    return Refusal(answer.status_code, tuple(mistakes))


def _of_problem(answer: httpx2.Response, body: dict[str, Any]) -> Refusal:
    assert answer.headers["content-type"] == "application/problem+json"
    assert body.keys() == {"type", "title", "status", "detail", "errors"}
    assert body["type"].startswith("urn:workflows:problem:")
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    assert len(body["errors"]) <= 100
    for each in body["errors"]:
        assert each.keys() - {"expected"} == {"code", "field", "reason"}
        assert _CODE.fullmatch(each["code"])
        assert each["reason"]
    return Refusal(answer.status_code, tuple((each["code"], each["field"]) for each in body["errors"]))


def _of_envelope(answer: httpx2.Response, body: dict[str, Any]) -> Refusal:
    assert answer.headers["content-type"] == "application/json"
    assert body.keys() == {"status", "message", "correlationId", "category", "errors"}
    assert body["status"] == "error"
    assert body["message"]
    assert body["category"] in _CATEGORIES
    assert len(body["errors"]) <= 100
    for each in body["errors"]:
        assert each.keys() == {"code", "in", "message"}
        assert _CODE.fullmatch(each["code"])
        assert each["message"]
    return Refusal(answer.status_code, tuple((each["code"], each["in"]) for each in body["errors"]))
