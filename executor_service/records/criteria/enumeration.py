"""`ENUMERATION`: a value is a set of options, of one member unless it is filled in with checkboxes.

Options match exactly, case included. A boolean counts as the set of `true` or of `false`.
"""

from collections.abc import Iterator
from typing import Literal

from executor_service.records.criteria.operation import Members, Operation
from executor_service.records.criteria.problems import Problem, at, shown
from executor_service.records.criteria.reading import Reading
from executor_service.records.criteria.statement import Statement
from executor_service.records.domain.values import PropertyDefinition, PropertyType

_NEGATED = {"IS_NONE_OF", "DOES_NOT_CONTAIN_ALL", "IS_NOT_EXACTLY"}


class EnumerationOperation(Operation):
    """The set shares a member with, holds all of, or equals the values; or does not."""

    operation_type = "ENUMERATION"
    fits = frozenset({PropertyType.ENUMERATION, PropertyType.BOOL})
    not_held = frozenset(
        {
            "HAS_EVER_BEEN_ANY_OF",
            "HAS_NEVER_BEEN_ANY_OF",
            "HAS_EVER_BEEN_EXACTLY",
            "HAS_NEVER_BEEN_EXACTLY",
            "HAS_EVER_CONTAINED_ALL",
            "HAS_NEVER_CONTAINED_ALL",
        }
    )

    operator: Literal["IS_ANY_OF", "IS_NONE_OF", "CONTAINS_ALL", "DOES_NOT_CONTAIN_ALL", "IS_EXACTLY", "IS_NOT_EXACTLY"]
    values: Members

    @property
    def cost(self) -> int:
        """Three extractions."""
        return 3

    def warnings(self, definition: PropertyDefinition) -> Iterator[Problem]:
        """Name the values that are no options: they may be added later, and match nothing until then."""
        is_flag = definition.type is PropertyType.BOOL
        for index, value in enumerate(self.values):
            if not (value in {"true", "false"} if is_flag else definition.has_option(value)):
                reason = f"{shown(value)} is no option of {definition.name}"
                yield Problem("UNKNOWN_OPTION", at("values", index), reason)

    def condition(self, name: str, statement: Statement) -> str:
        """Return the comparison of sets."""
        negation = "NOT " if self.operator in _NEGATED else ""
        compared = f"{negation}({self._compared(name, statement)})"
        return statement.where_members(name, compared, otherwise=self.include_objects_with_no_value_set)

    def _compared(self, name: str, statement: Statement) -> str:
        held, values = statement.members(name), statement.bind_texts(sorted(set(self.values)))
        match self.operator:
            case "IS_ANY_OF" | "IS_NONE_OF":
                return f"{held} ?| {values}"
            case "CONTAINS_ALL" | "DOES_NOT_CONTAIN_ALL":
                return f"{held} ?& {values}"
            case "IS_EXACTLY" | "IS_NOT_EXACTLY":
                return f"{held} ?& {values} AND {held} <@ {statement.constant(f'to_jsonb({values})')}"

    def accepts(self, name: str, record: Reading) -> bool:
        """Compare the sets."""
        held = record.members(name)
        if held is None:
            return self.include_objects_with_no_value_set
        return self._holds(held) is not (self.operator in _NEGATED)

    def _holds(self, held: frozenset[str]) -> bool:
        values = frozenset(self.values)
        match self.operator:
            case "IS_ANY_OF" | "IS_NONE_OF":
                return not held.isdisjoint(values)
            case "CONTAINS_ALL" | "DOES_NOT_CONTAIN_ALL":
                return held >= values
            case "IS_EXACTLY" | "IS_NOT_EXACTLY":
                return held == values
