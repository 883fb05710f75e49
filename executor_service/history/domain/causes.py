"""What needs review: causes that go wrong, and the items that people see of them; pure.

An item is one cause (kind, workflow, reason), whatever the number of records. What went wrong stays open until a person
resolves it, and opens again when it goes wrong once more. A cause of a *present* kind is one that can be looked at, as
a dead letter that lies there: its item is resolved by itself as soon as the cause is gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from shared.contracts import derived_id

CauseKind = Literal[
    "OCCURRENCE_FAILED",
    "NOT_DECIDED",
    "ACTIONS_FAILED",
    "SCHEDULE_BROKEN",
    "DEAD_LETTER",
    "PUBLISH_FAILED",
    "TOPIC_STOPPED",
]
ItemState = Literal["OPEN", "MUTED", "RESOLVED"]

SAMPLE_AT_MOST: Final = 10

_MESSAGES: Final[Mapping[CauseKind, str]] = {
    "OCCURRENCE_FAILED": "An occurrence ended without an evaluation",
    "NOT_DECIDED": "What should have come due was not decided",
    "ACTIONS_FAILED": "An action failed",
    "SCHEDULE_BROKEN": "The schedule cannot be computed and is set aside",
    "DEAD_LETTER": "Messages could not be understood",
    "PUBLISH_FAILED": "An event could not be published and was passed over",
    "TOPIC_STOPPED": "Publishing to a topic stands still",
}


def cause_id(kind: CauseKind, workflow_id: int | None, reason: str) -> UUID:
    """Return the id of a cause and of its item."""
    return derived_id(f"review/{kind}/{workflow_id or ''}/{reason}")


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause as its source knows it. `count`: how often it went wrong up to now, never less than before.

    Of a present kind `count` is how much of it there is.
    """

    kind: CauseKind
    workflow_id: int | None
    reason: str
    count: int
    since: datetime
    last_at: datetime
    occurrence_id: UUID | None = None
    sample: Sequence[str] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The id of its item."""
        return cause_id(self.kind, self.workflow_id, self.reason)

    @property
    def message(self) -> str:
        """What a person reads."""
        return f"{_MESSAGES[self.kind]}: {self.reason}" if self.reason else _MESSAGES[self.kind]


@dataclass(frozen=True, slots=True)
class Item:
    """What people see of a cause. `resolved_count`: how much of its count was resolved before it opened."""

    cause: Cause
    state: ItemState
    since: datetime
    resolved_count: int = 0

    @property
    def count(self) -> int:
        """How often it went wrong since it opened."""
        return self.cause.count - self.resolved_count


def renewed(
    stored: Mapping[UUID, Item], causes: Iterable[Cause], *, present: frozenset[CauseKind] = frozenset()
) -> list[Item]:
    """Return the items that are new or not what they were.

    `present` are the kinds of which `causes` holds all that there are now.
    """
    named = {cause.id: cause for cause in causes}
    changed = [item for cause in named.values() if (item := _with(stored.get(cause.id), cause, present)) is not None]
    gone = [
        replace(item, state="RESOLVED")
        for ident, item in stored.items()
        if item.cause.kind in present and item.state == "OPEN" and ident not in named
    ]
    return changed + gone


def _with(item: Item | None, cause: Cause, present: frozenset[CauseKind]) -> Item | None:
    if item is None:
        return Item(cause, "OPEN", cause.since)
    if (cause.last_at, cause.count) == (item.cause.last_at, item.cause.count):
        return None
    if item.state != "RESOLVED":
        return replace(item, cause=cause)
    if cause.last_at <= item.cause.last_at:
        return None
    resolved = 0 if cause.kind in present else item.cause.count
    return Item(cause, "OPEN", cause.last_at, resolved_count=min(resolved, max(cause.count - 1, 0)))
