"""All actions by their type: what save and turn-on ask, and what a worker runs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from executor_service.execution.actions.delay import Delay
from executor_service.execution.actions.kind import ActionKind, UnknownActionError
from executor_service.execution.actions.list_branch import ListBranch
from executor_service.execution.actions.publish import Publish
from executor_service.execution.actions.set_property import SetProperty
from executor_service.records.ports import Definitions
from executor_service.workflows.domain.connections import type_of
from executor_service.workflows.domain.problems import Problem


class Catalogue:
    """The actions that there are; the `ActionCatalogue` of workflows."""

    def __init__(self, kinds: Sequence[ActionKind] = (SetProperty(), Delay(), ListBranch(), Publish())) -> None:
        self._kinds = {kind.type_id: kind for kind in kinds}

    @classmethod
    def of(cls, *, publish_topics: Iterable[str]) -> Self:
        """Return all actions, with what they are set to: the topics that may be published to."""
        return cls((SetProperty(), Delay(), ListBranch(), Publish(frozenset(publish_topics))))

    @property
    def known_types(self) -> frozenset[str]:
        """The types that can be run: `actionTypeId`s, and the shapes that have none."""
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
        definitions: Definitions,
    ) -> list[Problem]:
        """See workflows' ActionCatalogue."""
        return self.kind(type_of(action)).problems(action, path=path, definitions=definitions)

    def turn_on_problems(
        self,
        action: Mapping[str, Any],
        *,
        path: str,
        object_type_id: str,  # noqa: ARG002 # part of the port; members that differ by object type will ask
        definitions: Definitions,
    ) -> list[Problem]:
        """See workflows' ActionCatalogue."""
        return self.kind(type_of(action)).turn_on_problems(action, path=path, definitions=definitions)
