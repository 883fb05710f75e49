"""`NUMBER` and `NUMBER_RANGED`: exact decimals, compared as the `jsonb` numbers they are stored as."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from executor_service.records.criteria.operation import Number, Operation
from executor_service.records.criteria.problems import Problem
from executor_service.records.criteria.reading import Reading
from executor_service.records.criteria.statement import Statement
from executor_service.records.domain.values import PropertyDefinition, PropertyType, decimal_text

_SQL = {
    "IS_EQUAL_TO": "=",
    "IS_NOT_EQUAL_TO": "<>",
    "IS_GREATER_THAN": ">",
    "IS_GREATER_THAN_OR_EQUAL_TO": ">=",
    "IS_LESS_THAN": "<",
    "IS_LESS_THAN_OR_EQUAL_TO": "<=",
}


def _bound(number: Decimal, statement: Statement) -> str:
    return statement.constant(f"{statement.bind(decimal_text(number))}::jsonb")


class NumberOperation(Operation):
    """A comparison with one number."""

    operation_type = "NUMBER"
    fits = frozenset({PropertyType.NUMBER})
    not_held = frozenset({"HAS_EVER_BEEN_EQUAL_TO", "HAS_NEVER_BEEN_EQUAL_TO"})

    operator: Literal[
        "IS_EQUAL_TO",
        "IS_NOT_EQUAL_TO",
        "IS_GREATER_THAN",
        "IS_GREATER_THAN_OR_EQUAL_TO",
        "IS_LESS_THAN",
        "IS_LESS_THAN_OR_EQUAL_TO",
    ]
    value: Number

    @property
    def equals(self) -> tuple[Decimal, ...] | None:
        """The number, where equality is asked for."""
        is_certain = self.operator == "IS_EQUAL_TO" and not self.include_objects_with_no_value_set
        return (self.value,) if is_certain else None

    @property
    def cost(self) -> int:
        """Two extractions, one comparison."""
        return 3

    def condition(self, name: str, statement: Statement) -> str:
        """Return the comparison."""
        compared = f"{statement.json(name)} {_SQL[self.operator]} {_bound(self.value, statement)}"
        return statement.where_number(name, compared, otherwise=self.include_objects_with_no_value_set)

    def accepts(self, name: str, record: Reading) -> bool:
        """Compare."""
        number = record.number(name)
        return self.include_objects_with_no_value_set if number is None else self._holds(number)

    def _holds(self, number: Decimal) -> bool:
        match self.operator:
            case "IS_EQUAL_TO":
                return number == self.value
            case "IS_NOT_EQUAL_TO":
                return number != self.value
            case "IS_GREATER_THAN":
                return number > self.value
            case "IS_GREATER_THAN_OR_EQUAL_TO":
                return number >= self.value
            case "IS_LESS_THAN":
                return number < self.value
            case "IS_LESS_THAN_OR_EQUAL_TO":
                return number <= self.value


class NumberRangedOperation(Operation):
    """Between two numbers, both included, or not between them."""

    operation_type = "NUMBER_RANGED"
    fits = frozenset({PropertyType.NUMBER})

    operator: Literal["IS_BETWEEN", "IS_NOT_BETWEEN"]
    lower_bound: Number
    upper_bound: Number

    @property
    def cost(self) -> int:
        """Three extractions, two comparisons."""
        return 4

    def check(self, definition: PropertyDefinition) -> Iterator[Problem]:
        """Refuse bounds in the wrong order."""
        del definition
        if self.lower_bound > self.upper_bound:
            reason = f"the upper bound {_short(self.upper_bound)} lies below the lower bound {_short(self.lower_bound)}"
            yield Problem("OUT_OF_BOUNDS", "upperBound", reason)

    def condition(self, name: str, statement: Statement) -> str:
        """Return the range."""
        negation = "NOT " if self.operator == "IS_NOT_BETWEEN" else ""
        lower, upper = _bound(self.lower_bound, statement), _bound(self.upper_bound, statement)
        between = f"{statement.json(name)} {negation}BETWEEN {lower} AND {upper}"
        return statement.where_number(name, between, otherwise=self.include_objects_with_no_value_set)

    def accepts(self, name: str, record: Reading) -> bool:
        """Compare with both bounds."""
        number = record.number(name)
        if number is None:
            return self.include_objects_with_no_value_set
        return (self.lower_bound <= number <= self.upper_bound) is (self.operator == "IS_BETWEEN")


def _short(number: Decimal) -> str:
    return f"{number:.12g}"
