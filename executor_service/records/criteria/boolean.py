"""`BOOL`: equality with true or false."""

from typing import Literal

from executor_service.records.criteria.operation import Flag, Operation
from executor_service.records.criteria.reading import Reading
from executor_service.records.criteria.statement import Statement, literal
from executor_service.records.domain.values import PropertyType


class BoolOperation(Operation):
    """A boolean is, or is not, the value."""

    operation_type = "BOOL"
    fits = frozenset({PropertyType.BOOL})
    not_held = frozenset({"HAS_EVER_BEEN_EQUAL_TO", "HAS_NEVER_BEEN_EQUAL_TO"})

    operator: Literal["IS_EQUAL_TO", "IS_NOT_EQUAL_TO"]
    value: Flag

    @property
    def cost(self) -> int:
        """Two extractions."""
        return 2

    @property
    def _wanted(self) -> bool:
        return self.value is (self.operator == "IS_EQUAL_TO")

    def condition(self, name: str, statement: Statement) -> str:
        """Return whether the boolean is the wanted one."""
        equal = f"{statement.json(name)} = '{literal(self._wanted).lower()}'"
        return statement.where_flag(name, equal, otherwise=self.include_objects_with_no_value_set)

    def accepts(self, name: str, record: Reading) -> bool:
        """Tell whether the boolean is the wanted one."""
        flag = record.flag(name)
        return self.include_objects_with_no_value_set if flag is None else flag is self._wanted
