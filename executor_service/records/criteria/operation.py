"""What every operation family has: the fields of its document, a check, a condition in SQL, an answer in memory.

A family's class is the pydantic model of its document without `operationType`, which chose the class. What a record's
property holds is read through `Reading` in memory and `Statement` in SQL, which offer the same readers with the same
rule for what counts as a value; so a family says its comparison twice and everything else once.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from executor_service.records.criteria.problems import Problem
from executor_service.records.criteria.reading import Reading
from executor_service.records.criteria.statement import Statement
from executor_service.records.domain.values import (
    MAX_TEXT_CHARACTERS,
    NotADecimalError,
    PropertyDefinition,
    PropertyType,
    StoredValue,
    is_storable_text,
    parse_decimal,
)

MAX_VALUES: Final = 10_000
_MAX_INTEGER_BITS = 4_000


class Operation(BaseModel, ABC):
    """One operation on one property: what a filter asks."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel)

    operation_type: ClassVar[str]
    fits: ClassVar[frozenset[PropertyType]]
    not_held: ClassVar[frozenset[str]] = frozenset()  # HubSpot's operators that are refused by name

    include_objects_with_no_value_set: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Other properties that the operation reads, beside the filtered one."""
        return ()

    @property
    def equals(self) -> tuple[StoredValue, ...] | None:
        """The values one of which the property must hold, case aside, for the answer to be yes; none: any, or none."""
        return None

    @property
    @abstractmethod
    def cost(self) -> int:
        """How dear the condition is beside others; conditions stand in SQL in ascending order of it."""

    def check(self, definition: PropertyDefinition) -> Iterator[Problem]:
        """Yield what is wrong with the values; fields are named from the operation on."""
        del definition
        yield from ()

    def warnings(self, definition: PropertyDefinition) -> Iterator[Problem]:
        """Yield what is allowed and yet probably not meant."""
        del definition
        yield from ()

    @abstractmethod
    def condition(self, name: str, statement: Statement) -> str:
        """Return a SQL expression over the property that is true or false, never null, and cannot fail."""

    @abstractmethod
    def accepts(self, name: str, record: Reading) -> bool:
        """Tell whether a record's property answers the operation; the same answer as the SQL gives."""


def _storable(text: str) -> str:
    if not is_storable_text(text):
        raise PydanticCustomError("NOT_ALLOWED", "A text holds no NUL and no lone surrogate")
    return text


def _as_list(value: Any) -> Any:
    if isinstance(value, list) and len(value) > MAX_VALUES:
        raise PydanticCustomError("TOO_MANY", f"A filter asks for at most {MAX_VALUES:,} values")
    return tuple(value) if isinstance(value, list) else value


def _decimal_of(value: Any) -> Decimal:
    match value:
        case bool():
            raise PydanticCustomError("WRONG_TYPE", "Input should be a number")
        case int() if value.bit_length() <= _MAX_INTEGER_BITS:
            return parse_decimal(str(value))
        case float() | Decimal():
            return parse_decimal(str(value))
        case str():
            return parse_decimal(value)
        case _:
            raise PydanticCustomError("WRONG_TYPE", "Input should be a number of at most 1,000 digits")


def _decimal(value: Any) -> Decimal:
    try:
        return _decimal_of(value)
    except NotADecimalError as error:
        raise PydanticCustomError("DOES_NOT_FIT", "Input should be a decimal number") from error


def _flag(value: Any) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


PropertyName = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_storable)]
AnyText = Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS), AfterValidator(_storable)]
Text = Annotated[AnyText, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_list), Field(min_length=1)]
Members = Annotated[tuple[AnyText, ...], BeforeValidator(_as_list), Field(min_length=1)]
Number = Annotated[Decimal, Strict(strict=False), BeforeValidator(_decimal)]
Flag = Annotated[bool, BeforeValidator(_flag)]
