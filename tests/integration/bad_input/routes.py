"""Every route of the application, from its own description: one that is added is walked by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from executor_service.bootstrap.http import make_api
from executor_service.execution.actions import Catalogue
from executor_service.history.api import EventStreams
from executor_service.history.store import LogReader
from executor_service.web import OPEN_PATHS, Role
from shared.figures import Figures
from shared.health import Health
from shared.postgres import Pool
from tests.integration.bad_input.examples import EXAMPLES, WITHOUT_BODY

_BODIES: Final = {"POST", "PUT", "PATCH"}
_ONLY_READS: Final = {
    *("POST /v1/criteria/count", "POST /v1/schedules/preview"),
    *(f"POST /crm/v3/objects/{{object_type}}/{call}" for call in ("search", "batch/read")),
}
_PUBLISHING: Final = (
    *("/turn-on", "/turn-off", "/pause", "/resume", "/run", "/enrollments", "/unenrollments"),
    *("/retry", "/discard"),
)
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path; `query` are its parameters by name, with the schema of each."""

    method: str
    template: str
    names: tuple[str, ...]
    query: Mapping[str, Mapping[str, Any]]
    example: Any

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def takes_key(self) -> bool:
        """Whether it asks for a key."""
        return self.template not in OPEN_PATHS

    @property
    def takes_body(self) -> bool:
        """Whether it reads a body."""
        return self.method in _BODIES and str(self) not in WITHOUT_BODY

    @property
    def lowest_role(self) -> Role:
        """The lowest role that may."""
        if "/api-keys" in self.template or str(self) == "PATCH /account-info/v3/details":
            return Role.ADMIN
        if self.method == "POST" and self.template.endswith(_PUBLISHING):
            return Role.PUBLISHER
        return Role.VIEWER if self.method == "GET" or str(self) in _ONLY_READS else Role.EDITOR


@cache
def routes() -> tuple[Route, ...]:
    """Return all routes; nothing behind them is touched."""
    nowhere = cast("Pool", None)
    api = make_api(
        nowhere,
        nowhere,
        catalogue=Catalogue(),
        health=Health(),
        metrics_text=Figures().text,
        streams=EventStreams(LogReader(nowhere)),
        serves_calls=True,
    )
    document = api.openapi()
    return tuple(
        _route(method.upper(), template, operation, document["components"]["schemas"])
        for template, operations in document["paths"].items()
        for method, operation in operations.items()
    )


def keyed() -> list[Route]:
    """Return those that ask for a key."""
    return [route for route in routes() if route.takes_key]


def with_body() -> list[Route]:
    """Return those that read a body."""
    return [route for route in routes() if route.takes_body]


def _route(method: str, template: str, operation: Mapping[str, Any], known: Mapping[str, Any]) -> Route:
    parameters = operation.get("parameters", [])
    return Route(
        method=method,
        template=template,
        names=tuple(each["name"] for each in parameters if each["in"] == "path"),
        query={each["name"]: _of_null_or(each["schema"]) for each in parameters if each["in"] == "query"},
        example=EXAMPLES.get(f"{method} {template}", _described(operation, known)),
    )


def _of_null_or(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((each for each in schema.get("anyOf", []) if each.get("type") != "null"), schema)


def _described(operation: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    """Return the body that a route's own description gives, for a route that has no example here."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {"type": "object"})
    return _value(schema, known, _DEEPEST)


def _value(schema: Mapping[str, Any], known: Mapping[str, Any], left: int) -> Any:
    schema = _of_null_or(known[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema)
    match schema.get("type"):
        case _ if "enum" in schema:
            return schema["enum"][0]
        case "object" if left:
            return dict(_fields(schema, known, left))
        case "array" if left and schema.get("maxItems") != 0:
            return [_value(schema.get("items", {}), known, left - 1)]
        case kind:
            return {"object": {}, "array": [], "integer": 1, "number": 1.5, "boolean": False}.get(str(kind), "text")


def _fields(schema: Mapping[str, Any], known: Mapping[str, Any], left: int) -> Iterator[tuple[str, Any]]:
    for name, field in schema.get("properties", {}).items():
        yield name, _value(field, known, left - 1)
