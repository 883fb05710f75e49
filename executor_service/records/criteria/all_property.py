"""`ALL_PROPERTY`: whether a property has a value; answers by itself, so the rule for no value does not apply."""

from typing import Literal

from executor_service.records.criteria.operation import Operation
from executor_service.records.criteria.reading import Reading
from executor_service.records.criteria.statement import Statement
from executor_service.records.domain.values import PropertyType


class AllPropertyOperation(Operation):
    """Known or unknown; the blank operators are the guide's names for the same."""

    operation_type = "ALL_PROPERTY"
    fits = frozenset(PropertyType)

    operator: Literal["IS_KNOWN", "IS_NOT_BLANK", "IS_UNKNOWN", "IS_BLANK"]

    @property
    def cost(self) -> int:
        """One extraction and its type."""
        return 1

    @property
    def _wants_value(self) -> bool:
        return self.operator in {"IS_KNOWN", "IS_NOT_BLANK"}

    def condition(self, name: str, statement: Statement) -> str:
        """Return whether the property has a value of its type, or has none."""
        known = statement.has_value(name)
        return known if self._wants_value else f"NOT {known}"

    def accepts(self, name: str, record: Reading) -> bool:
        """Tell whether the property has a value of its type, or has none."""
        return record.has_value(name) is self._wants_value
