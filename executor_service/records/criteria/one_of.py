"""Equality with any of several numbers, days or instants, as a search asks for it.

No document names this operation; searches are read into it.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from executor_service.records.criteria.operation import Operation
from executor_service.records.criteria.reading import Reading, definition_of
from executor_service.records.criteria.statement import Statement
from executor_service.records.domain.values import PropertyType, StoredValue, decimal_text


class OneOfOperation(Operation):
    """A property holds, or does not hold, one of some values, given as they are stored."""

    operation_type = "ONE_OF"
    fits = frozenset({PropertyType.NUMBER, PropertyType.DATE, PropertyType.DATETIME})

    operator: Literal["IN", "NOT_IN"]
    values: tuple[Decimal | str, ...]

    @property
    def equals(self) -> tuple[StoredValue, ...] | None:
        """The values, where one of them is asked for."""
        return self.values if self.operator == "IN" and not self.include_objects_with_no_value_set else None

    @property
    def cost(self) -> int:
        """Two extractions, a comparison."""
        return 3

    def condition(self, name: str, statement: Statement) -> str:
        """Return whether the stored value is among the values."""
        negation = "NOT " if self.operator == "NOT_IN" else ""
        otherwise = self.include_objects_with_no_value_set
        if definition_of(statement.definitions, name).type is not PropertyType.NUMBER:
            compared = f"{negation}({statement.text(name)} = ANY ({statement.bind_texts(_texts(self.values))}))"
            return statement.where_time(name, compared, otherwise=otherwise)
        numbers = f"ARRAY(SELECT v::jsonb FROM unnest({statement.bind_texts(_texts(self.values))}) AS v)"  # noqa: S608 # only places
        compared = f"{negation}({statement.json(name)} = ANY ({numbers}))"
        return statement.where_number(name, compared, otherwise=otherwise)

    def accepts(self, name: str, record: Reading) -> bool:
        """Tell whether the stored value is among the values."""
        is_number = definition_of(record.definitions, name).type is PropertyType.NUMBER
        held = record.number(name) if is_number else record.time(name)
        if held is None:
            return self.include_objects_with_no_value_set
        return (held in self.values) is (self.operator == "IN")


def _texts(values: Sequence[Decimal | str]) -> list[str]:
    return [decimal_text(value) if isinstance(value, Decimal) else value for value in values]
