"""By what records are put in order: one property, as SQL that is null where there is no value.

Texts are ordered as they are compared, ignoring case, by their first 200 characters; numbers by their size; days and
instants by the calendar. Whoever walks the order completes it by the record's id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from executor_service.records.criteria.reading import definition_of
from executor_service.records.criteria.statement import Statement
from executor_service.records.domain.values import PropertyDefinition, PropertyType

MAX_KEY_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class SortKey:
    """An expression to sort by, the type of its values in SQL, and its parameters in order."""

    sql: str
    sql_type: str
    parameters: list[Any]


def sort_key(
    name: str,
    definitions: Mapping[str, PropertyDefinition],
    *,
    now: datetime,
    zone: str,
    first_parameter: int,
    columns: Mapping[str, str],
) -> SortKey:
    """Return what records are sorted by; raise `CriteriaError` for a property that there is not."""
    statement = Statement(
        definitions, now=now, zone=zone, first_parameter=first_parameter, column="properties", columns=columns
    )
    is_number = definition_of(definitions, name).type is PropertyType.NUMBER
    sql_type = "jsonb" if is_number else "text"
    return SortKey(_key(name, statement), sql_type, statement.parameters)


def _key(name: str, statement: Statement) -> str:
    present = f"CASE WHEN {statement.has_value(name)} THEN"
    match definition_of(statement.definitions, name).type:
        case PropertyType.NUMBER:
            return f"{present} {statement.json(name)} END"
        case PropertyType.STRING | PropertyType.PHONE_NUMBER:
            return f'{present} left({statement.lowered(name)}, {MAX_KEY_CHARACTERS}) COLLATE "C" END'
        case PropertyType.ENUMERATION | PropertyType.BOOL | PropertyType.DATE | PropertyType.DATETIME:
            return f'{present} left({statement.text(name)}, {MAX_KEY_CHARACTERS}) COLLATE "C" END'
