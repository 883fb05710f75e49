"""All actions by their type: what save and turn-on ask, and what a worker runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from executor_service.execution.actions.kind import ActionKind, UnknownActionError
from executor_service.execution.actions.set_property import SetProperty
from executor_service.records.ports import Definitions
from executor_service.workflows.domain.problems import Problem


class Catalogue:
    """The actions that there are; the `ActionCatalogue` of workflows."""

    def __init__(self, kinds: Sequence[ActionKind] = (SetProperty(),)) -> None:
        self._kinds = {kind.type_id: kind for kind in kinds}

    @property
    def known_types(self) -> frozenset[str]:
        """The `actionTypeId`s that can be run."""
        return frozenset(self._kinds)

    def kind(self, type_id: str) -> ActionKind:
        """Return the action of a type; raises UnknownActionError."""
        try:
            return self._kinds[type_id]
        except KeyError:
            raise UnknownActionError(type_id) from None

    def problems(
        self,
        action: Mapping[str, Any],
        *,
        path: str,
        object_type_id: str,  # noqa: ARG002 # part of the port; members that differ by object type will ask
        definitions: Definitions,  # noqa: ARG002 # the same
    ) -> list[Problem]:
        """See workflows' ActionCatalogue."""
        return self.kind(action["actionTypeId"]).problems(action, path=path)

    def turn_on_problems(
        self,
        action: Mapping[str, Any],
        *,
        path: str,
        object_type_id: str,  # noqa: ARG002 # part of the port; members that differ by object type will ask
        definitions: Definitions,
    ) -> list[Problem]:
        """See workflows' ActionCatalogue."""
        return self.kind(action["actionTypeId"]).turn_on_problems(action, path=path, definitions=definitions)
