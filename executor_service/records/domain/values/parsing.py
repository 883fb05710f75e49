"""From the text on the wire to the stored value, or to the reason why there is none.

Nothing is trimmed or guessed: what is not exactly a value of the property's type is refused.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Final

from executor_service.records.domain.values.definitions import PropertyDefinition, PropertyType
from executor_service.records.domain.values.stored import StoredValue, decimal_text

MAX_TEXT_CHARACTERS: Final = 65_536
_MAX_DIGITS: Final = 1_000
_MAX_DECIMAL_CHARACTERS: Final = 1_100
_SHOWN_CHARACTERS: Final = 60

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MILLISECONDS = re.compile(r"-?[0-9]{1,15}")
_INSTANT = re.compile(
    r"(?P<wall>[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3]):(?P<minutes>[0-5][0-9]))"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ValueRefusedError(ValueError):
    """A text that is no value of a property; `code` is one of the closed reasons, `reason` a sentence."""

    code: ClassVar[str]

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidValueError(ValueRefusedError):
    """A text that is not of the property's type."""

    code = "INVALID_VALUE"


class UnknownOptionError(ValueRefusedError):
    """A text that names an option the property does not have."""

    code = "UNKNOWN_OPTION"


class TooLongError(ValueRefusedError):
    """A text of more characters than a property holds."""

    code = "TOO_LONG"


class NotADecimalError(ValueError):
    """A text that is no decimal of at most 1,000 digits on either side of the point."""

    def __init__(self, text: str) -> None:
        super().__init__(f"expected a decimal number of at most {_MAX_DIGITS} digits, got {_shown(text)}")
        self.text = text


def _shown(text: str) -> str:
    short = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return '"' + short.encode("utf-8", "replace").decode() + '"'


def is_storable_text(text: str) -> bool:
    """Tell whether the database can hold a text: no NUL, no lone surrogate."""
    return _UNSTORABLE.search(text) is None


def parse_decimal(text: str) -> Decimal:
    """Read a decimal, with or without an exponent, exactly; raise `NotADecimalError` for anything else.

    Blanks, `NaN`, infinities and numbers that need more than 1,000 digits on either side of the point are refused.
    """
    if len(text) > _MAX_DECIMAL_CHARACTERS or _DECIMAL.fullmatch(text) is None:
        raise NotADecimalError(text)
    number = Decimal(text)
    if not number:
        return Decimal(0)
    _, digits, exponent = number.as_tuple()
    places = int(exponent)
    if len(digits) + places > _MAX_DIGITS or -places > _MAX_DIGITS or len(digits) > 2 * _MAX_DIGITS:
        raise NotADecimalError(text)
    return Decimal(decimal_text(number))


def _parse_number(text: str) -> Decimal:
    try:
        return parse_decimal(text)
    except NotADecimalError as error:
        raise InvalidValueError(str(error)) from error


def _parse_bool(text: str) -> bool:
    match text.lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            raise InvalidValueError(f"expected true or false, got {_shown(text)}")


def _known_option(definition: PropertyDefinition, value: str) -> str:
    if not definition.has_option(value):
        raise UnknownOptionError(f"{_shown(value)} is no option of {definition.name}")
    return value


def _parse_enumeration(definition: PropertyDefinition, text: str) -> StoredValue | None:
    if not definition.holds_several:
        return _known_option(definition, text)
    members = {_known_option(definition, member) for member in text.split(";") if member}
    return tuple(sorted(members)) or None


def _from_milliseconds(text: str) -> datetime | None:
    if _MILLISECONDS.fullmatch(text) is None:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=int(text))
    except OverflowError:
        return None


def _parse_date(text: str) -> str:
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise InvalidValueError(f"there is no day {_shown(text)}") from error
    instant = _from_milliseconds(text)
    if instant is None or instant.timetz() != _EPOCH.timetz():
        raise InvalidValueError(f"expected YYYY-MM-DD or the milliseconds of a UTC midnight, got {_shown(text)}")
    return instant.date().isoformat()


def _from_rfc3339(text: str) -> datetime | None:
    parts = _INSTANT.fullmatch(text)
    if parts is None:
        return None
    milliseconds = int(((parts["fraction"] or "") + "000")[:3])
    offset = timedelta(hours=int(parts["hours"] or 0), minutes=int(parts["minutes"] or 0))
    try:
        wall = datetime.fromisoformat(parts["wall"].upper()).replace(tzinfo=UTC) + timedelta(milliseconds=milliseconds)
        return wall + offset if parts["sign"] == "-" else wall - offset
    except (ValueError, OverflowError):
        return None


def parse_instant(text: str) -> str:
    """Return an instant, in RFC 3339 or in epoch milliseconds, as it is stored; raise `InvalidValueError`."""
    instant = _from_milliseconds(text) or _from_rfc3339(text)
    if instant is None:
        raise InvalidValueError(f"expected an RFC 3339 instant or epoch milliseconds, got {_shown(text)}")
    return instant.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_value(definition: PropertyDefinition, text: str) -> StoredValue | None:
    """Read a value of a property; the empty text is no value.

    Raise `TooLongError`, `UnknownOptionError` or `InvalidValueError`. A number is stored as its shortest decimal, a
    set sorted and without doubles, an instant in UTC, cut to the millisecond.
    """
    if not is_storable_text(text):
        raise InvalidValueError("a value holds no NUL and no lone surrogate")
    if len(text) > MAX_TEXT_CHARACTERS:
        raise TooLongError(f"a value holds at most {MAX_TEXT_CHARACTERS} characters, got {len(text)}")
    return _parse_by_type(definition, text) if text else None


def _parse_by_type(definition: PropertyDefinition, text: str) -> StoredValue | None:
    match definition.type:
        case PropertyType.STRING | PropertyType.PHONE_NUMBER:
            return text
        case PropertyType.NUMBER:
            return _parse_number(text)
        case PropertyType.BOOL:
            return _parse_bool(text)
        case PropertyType.ENUMERATION:
            return _parse_enumeration(definition, text)
        case PropertyType.DATE:
            return _parse_date(text)
        case PropertyType.DATETIME:
            return parse_instant(text)
