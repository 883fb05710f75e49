"""From properties as they are sent to values as they are stored, with every mistake."""

from collections.abc import Mapping

from executor_service.records.domain.values import StoredValue, ValueRefusedError, parse_value
from executor_service.records.ports import Definitions, ObjectType, RecordsWork
from executor_service.web import NotFoundError, Problem

Sent = str | bool | int | float
"""A value in JSON: a text, or what HubSpot also takes for one."""

_SHOWN_CHARACTERS = 100


async def known_object_type(work: RecordsWork, name_or_id: str) -> ObjectType:
    """Return the object type that a path names; raises NotFoundError."""
    found = await work.properties.object_type(name_or_id)
    if found is None:
        raise NotFoundError("object type", name_or_id)
    return found


def wire_text(sent: Sent) -> str:
    """Return the text that stands for a value sent as JSON."""
    match sent:
        case bool():
            return "true" if sent else "false"
        case str():
            return sent
        case int() | float():
            return repr(sent)


def read_values(
    definitions: Definitions, sent: Mapping[str, Sent], *, path: str
) -> tuple[dict[str, StoredValue | None], list[Problem]]:
    """Return the stored values and what is wrong with the others; the empty text is `None`."""
    values: dict[str, StoredValue | None] = {}
    problems: list[Problem] = []
    for name, value in sent.items():
        place = f"{path}.{name[:_SHOWN_CHARACTERS]}"
        definition = definitions.get(name)
        if definition is None:
            problems.append(Problem("UNKNOWN_NAME", place, "there is no such property"))
        elif definition.read_only:
            problems.append(Problem("READ_ONLY", place, "the property is written by the product alone"))
        else:
            try:
                values[name] = parse_value(definition, wire_text(value))
            except ValueRefusedError as error:
                problems.append(Problem(error.code, place, error.reason))
    return values, problems


def without_empty(values: Mapping[str, StoredValue | None]) -> dict[str, StoredValue]:
    """Return the values of a new record: what is emptied is not there."""
    return {name: value for name, value in values.items() if value is not None}
