"""What FastAPI does not know of an application and its OpenAPI document should say: keys, and the forms of errors.

Every answer that is no success has one form a surface, whatever its status, so the document says it by range. The 422
that FastAPI promises on its own is never sent.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from fastapi import FastAPI

Described = dict[str, Any]

_TEXT: Final[Described] = {"type": "string"}
_KEY: Final[Described] = {"type": "http", "scheme": "bearer"}
_UNSENT: Final = frozenset({"HTTPValidationError", "ValidationError"})
_INSIDE: Final = "#/$defs/"
_OUTSIDE: Final = "#/components/schemas/"

PROBLEM: Final[Described] = {
    "description": "What is wrong, in the form of RFC 9457.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail", "errors"],
                "properties": {
                    "type": {"type": "string", "pattern": "^urn:workflows:problem:[a-z-]+$"},
                    "title": _TEXT,
                    "status": {"type": "integer"},
                    "detail": _TEXT,
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["code", "field", "reason"],
                            "properties": dict.fromkeys(("code", "field", "reason", "expected"), _TEXT),
                        },
                    },
                },
            }
        }
    },
}
"""An error of `/v1`: the place of each mistake is a dotted path with positions."""


def describe(
    app: FastAPI,
    *,
    open_paths: Collection[str],
    form_of: Callable[[str], str],
    forms: Mapping[str, Described],
) -> None:
    """Let an application's document say which paths take a key, and what errors look like.

    `forms` are the forms of errors by name; `form_of` says which of them a path has.
    """
    make = app.openapi

    def openapi() -> Described:
        if app.openapi_schema is None:
            document = make()
            parts = document.setdefault("components", {})
            parts["schemas"] = _without_unsent(parts.get("schemas", {}))
            parts["responses"] = dict(forms)
            parts["securitySchemes"] = {"key": _KEY}
            for path, operations in document["paths"].items():
                for operation in operations.values():
                    _name_parts_of_body(operation, parts["schemas"])
                    _describe_errors(operation, form_of(path))
                    operation["security"] = [] if path in open_paths else [{"key": []}]
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign] # how FastAPI has its document changed


def _describe_errors(operation: Described, form: str) -> None:
    answers = operation["responses"]
    if "422" in answers:
        del answers["422"]
    for status in ("4XX", "503"):
        answers.setdefault(status, {"$ref": f"#/components/responses/{form}"})


def _name_parts_of_body(operation: Described, schemas: Described) -> None:
    """Move the definitions inside the schema of a body to where its references can find them."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        defined = content["schema"].pop("$defs", {})
        content["schema"] = _pointing(content["schema"])
        schemas.update({name: _pointing(each) for name, each in defined.items()})


def _pointing(part: Any) -> Any:
    match part:
        case {"$ref": str() as place} if place.startswith(_INSIDE):
            return {"$ref": _OUTSIDE + place.removeprefix(_INSIDE)}
        case dict():
            return {name: _pointing(each) for name, each in part.items()}
        case list():
            return [_pointing(each) for each in part]
        case _:
            return part


def _without_unsent(schemas: Mapping[str, Described]) -> Described:
    return {name: each for name, each in schemas.items() if name not in _UNSENT}
