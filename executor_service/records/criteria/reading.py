"""What a record's property holds, in memory: the counterpart of `Statement`.

Each reader answers `None` where the property has no value of that kind: never set, emptied, or stored as something
else. Nothing here can fail on what is stored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from executor_service.records.criteria.problems import CriteriaError, Problem
from executor_service.records.domain.letters import LowerTable, lower_text
from executor_service.records.domain.values import PropertyDefinition, PropertyType, StoredValue

# The shapes of stored days and instants. A shape is enough: they are compared as texts, so a day that no calendar has
# does no harm, and the server is asked for nothing that could fail.
DAY_SHAPE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
INSTANT_SHAPE = DAY_SHAPE + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"


@dataclass(frozen=True, slots=True)
class Reading:
    """One record, asked at one instant in one zone."""

    properties: Mapping[str, StoredValue]
    definitions: Mapping[str, PropertyDefinition]
    now: datetime
    zone: str
    letters: LowerTable

    def text(self, name: str) -> str | None:
        """Return the text."""
        value = self._stored(name)
        return value if isinstance(value, str) and value else None

    def lowered(self, name: str) -> str | None:
        """Return the text in lower case."""
        text = self.text(name)
        return None if text is None else lower_text(text, self.letters)

    def number(self, name: str) -> Decimal | None:
        """Return the number."""
        value = self._stored(name)
        return value if isinstance(value, Decimal) else None

    def flag(self, name: str) -> bool | None:
        """Return the boolean."""
        value = self._stored(name)
        return value if isinstance(value, bool) else None

    def members(self, name: str) -> frozenset[str] | None:
        """Return the options an enumeration holds, never none of them; of a boolean `true` or `false`."""
        if self.definitions[name].type is PropertyType.BOOL:
            flag = self.flag(name)
            return None if flag is None else frozenset({"true" if flag else "false"})
        match self._stored(name):
            case str(option) if option:
                return frozenset({option})
            case tuple(options) if options:
                return frozenset(options)
            case _:
                return None

    def time(self, name: str) -> str | None:
        """Return the text of the day or instant."""
        shape = DAY_SHAPE if definition_of(self.definitions, name).type is PropertyType.DATE else INSTANT_SHAPE
        text = self.text(name)
        return text if re.fullmatch(shape, text or "") else None

    def has_value(self, name: str) -> bool:
        """Tell whether the property holds a value of its type."""
        match definition_of(self.definitions, name).type:
            case PropertyType.STRING | PropertyType.PHONE_NUMBER:
                return self.text(name) is not None
            case PropertyType.NUMBER:
                return self.number(name) is not None
            case PropertyType.BOOL:
                return self.flag(name) is not None
            case PropertyType.ENUMERATION:
                return self.members(name) is not None
            case PropertyType.DATE | PropertyType.DATETIME:
                return self.time(name) is not None

    def _stored(self, name: str) -> StoredValue | None:
        definition_of(self.definitions, name)
        return self.properties.get(name)


def definition_of(definitions: Mapping[str, PropertyDefinition], name: str) -> PropertyDefinition:
    """Return a property's definition; a property that is gone since the tree was saved is a `CriteriaError`."""
    try:
        return definitions[name]
    except KeyError:
        raise CriteriaError([Problem("UNKNOWN_NAME", name, f"there is no property {name}")]) from None
