"""What stands in an action's fields, in the spellings that HubSpot takes: numbers and booleans are sent as text too."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from executor_service.execution.actions.templates import TemplateRefusedError, parse_template
from executor_service.records.ports import Definitions
from executor_service.workflows.domain.problems import Findings, below, wrong_type

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")


def fields_of(action: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an action's fields; of one without, none."""
    fields = action.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def whole_number(value: Any) -> int | None:
    """Return a whole number that is sent as one or as text; null for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else None


def flag(value: Any) -> bool | None:
    """Return a boolean that is sent as one or as text; null for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def require(fields: Mapping[str, Any], names: Mapping[str, str], place: str, found: Findings) -> None:
    """Note which of these fields are missing; each name has what it must say."""
    for name, reason in names.items():
        if fields.get(name) in (None, ""):
            found.add("INCOMPLETE", below(place, name), reason)


def check_text(fields: Mapping[str, Any], name: str, place: str, found: Findings) -> None:
    """Note a field that is there and is no text."""
    if name in fields and not isinstance(fields[name], str):
        wrong_type(found, below(place, name), "a text")


def check_template(value: Any, place: str, found: Findings) -> None:
    """Note what is wrong with a template; numbers and booleans stand for their text."""
    if not isinstance(value, str | int | float):
        wrong_type(found, place, "a text")
    elif isinstance(value, str):
        try:
            parse_template(value)
        except TemplateRefusedError as error:
            found.add(error.code, place, error.reason)


def check_names(names: AbstractSet[str], definitions: Definitions, place: str, found: Findings) -> None:
    """Note properties that are named and do not exist."""
    for name in sorted(names - definitions.keys()):
        found.add("UNKNOWN_NAME", place, f"must name properties that exist, not {name[:60]}")
