"""The family of actions: one file a member, which says its fields, its decision, its effect and its guarantee."""

from executor_service.execution.actions.catalogue import Catalogue
from executor_service.execution.actions.kind import ActionKind, Kind, Step, UnknownActionError

__all__ = ["ActionKind", "Catalogue", "Kind", "Step", "UnknownActionError"]
