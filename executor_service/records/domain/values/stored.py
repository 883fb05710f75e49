"""Stored values: when two are the same, and how one is written on the wire."""

from decimal import Decimal

from executor_service.records.domain.values.definitions import PropertyDefinition, PropertyType

StoredValue = str | Decimal | bool | tuple[str, ...]

_NO_FRACTION = ".000Z"


def decimal_text(number: Decimal) -> str:
    """Return the shortest decimal without an exponent: `1.10` as `1.1`, `1E+3` as `1000`, `-0` as `0`."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def same_value(left: StoredValue | None, right: StoredValue | None) -> bool:
    """Tell whether two values, or none, mean the same: `1.1` and `1.10` do, sets in any order do."""
    match left, right:
        case tuple(), tuple():
            return frozenset(left) == frozenset(right)
        case (bool(), Decimal()) | (Decimal(), bool()):
            return False
        case _:
            return left == right


def render_value(definition: PropertyDefinition | None, stored: StoredValue) -> str:
    """Return the text on the wire; without a definition a text is written as it is stored.

    Booleans are `true` and `false`, sets `a;b`, fractions of a datetime are written only when not zero.
    """
    match stored:
        case bool():
            return "true" if stored else "false"
        case Decimal():
            return decimal_text(stored)
        case tuple():
            return ";".join(stored)
        case str():
            is_instant = definition is not None and definition.type is PropertyType.DATETIME
            return stored.removesuffix(_NO_FRACTION) + "Z" if is_instant and stored.endswith(_NO_FRACTION) else stored
