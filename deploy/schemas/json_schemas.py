"""JSON Schema 2020-12 of a message's data, or of an event's: without references, so that each stands by itself.

The type stands beside the data, in a header or a column of its own, and is left out here.
"""

from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DEFINED: Final = "#/$defs/"

Schema = dict[str, Any]


def data_schema(model: type[BaseModel], name: str) -> Schema:
    """Return the schema of the data of a message or an event that is called `name`."""
    schema = model.model_json_schema(by_alias=True)
    flat: Schema = without_references({each: part for each, part in schema.items() if each != "$defs"}, schema)
    kind = model.model_fields.get("type")
    if kind is not None and get_args(kind.annotation):
        flat["properties"].pop("type")
        flat["required"] = [each for each in flat.get("required", []) if each != "type"]
    return {**flat, "$schema": DIALECT, "title": name}


def without_references(part: Any, document: Mapping[str, Any]) -> Any:
    """Return a part of a schema with each reference to a definition of its document put in its place."""
    match part:
        case {"$ref": str() as place, **beside} if place.startswith(_DEFINED):
            found = without_references(document["$defs"][place.removeprefix(_DEFINED)], document)
            return {**found, **beside}
        case dict():
            # What pydantic calls a field is its name once more.
            shown = {name: each for name, each in part.items() if name != "title" or not isinstance(each, str)}
            return {name: without_references(each, document) for name, each in shown.items()}
        case list():
            return [without_references(each, document) for each in part]
        case _:
            return part
