"""The log read by the judge's own hand: who was enrolled when, and what became of each record, step by step."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from tests.faults.judge.evidence import LogEvent

# The namespace is part of the public contract; written out here so that the judge shares no code with the product.
NAMESPACE = UUID("6f0d7f3e-52d4-5c8b-9a5e-3b1f0c9d2a41")

CLAIMS = frozenset({"ActionDone", "BranchTaken", "DelayStarted", "DelayEnded", "RecordsUnenrolled"})
"""The events that say what became of records at an action."""

Enrollment = tuple[str, int]
"""An occurrence's id and a record's."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an action's event says of one record."""

    position: int
    event_id: str
    type: str
    action_id: str
    outcome: str
    next: str | None
    until: datetime | None
    changed: int | None
    recorded_at: datetime


@dataclass(slots=True)
class Fold:
    """The executor's log, by enrollment."""

    enrolled: dict[Enrollment, list[LogEvent]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[Enrollment, list[LogEvent]] = field(default_factory=lambda: defaultdict(list))
    steps: dict[Enrollment, list[Step]] = field(default_factory=lambda: defaultdict(list))

    def ended_at(self, enrollment: Enrollment) -> Step | None:
        """The step that ended an enrollment; None while it is active, or when there was no action to take."""
        return next((step for step in self.steps[enrollment] if step.next is None), None)


def fold(log: Iterable[LogEvent]) -> Fold:
    """Read a log once, in its order."""
    folded = Fold()
    for event in log:
        match event.type:
            case "RecordsEnrolled":
                for record_id in event.record_ids:
                    folded.enrolled[event.data["occurrenceId"], record_id].append(event)
            case "RecordsNotEnrolled":
                for record_id in event.record_ids:
                    folded.refused[event.data["occurrenceId"], record_id].append(event)
            case kind if kind in CLAIMS:
                for occurrence_id, record_id, group in unrolled(event):
                    folded.steps[occurrence_id, record_id].append(_step(event, group))
            case _:
                pass
    return folded


def unrolled(event: LogEvent) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Yield occurrence, record and group of every record of an action's event; as far as its runs and ids go."""
    occurrences = _repeat([(cohort["occurrenceId"], cohort["size"]) for cohort in event.data["cohorts"]])
    groups = _repeat([(group, group["count"]) for group in event.data["groups"]])
    return zip(occurrences, event.record_ids, groups, strict=False)


def _repeat(runs: Sequence[tuple[Any, int]]) -> Iterator[Any]:
    for what, count in runs:
        for _ in range(count):
            yield what


def _step(event: LogEvent, group: Mapping[str, Any]) -> Step:
    until = group.get("until")
    return Step(
        position=event.position,
        event_id=event.event_id,
        type=event.type,
        action_id=event.data["actionId"],
        outcome=group["outcome"],
        next=group["next"],
        until=None if until is None else datetime.fromisoformat(until),
        changed=(group.get("details") or {}).get("changed"),
        recorded_at=event.recorded_at,
    )


def occurrence_id(workflow_id: int, due_at: datetime) -> str:
    """The id that an occurrence of a schedule must have; instants are whole seconds here."""
    return str(uuid5(NAMESPACE, f"occurrence/{workflow_id}/{due_at:%Y-%m-%dT%H:%M:%SZ}"))


def asked_id(workflow_id: int, trigger: str, command_id: str) -> str:
    """The id that an occurrence must have which somebody asked for."""
    return str(uuid5(NAMESPACE, f"occurrence/{workflow_id}/{trigger}/{command_id}"))


def request_id(workflow_id: int, command_id: str) -> str:
    """The id that a request must have by which records leave."""
    return str(uuid5(NAMESPACE, f"request/{workflow_id}/{command_id}"))


def effect_id(enrollment: Enrollment, action_id: str) -> str:
    """The id that what an action sent of a record must have; nobody comes to an action twice here."""
    occurrence, record_id = enrollment
    return str(uuid5(NAMESPACE, f"effect/{occurrence}/{record_id}/{action_id}/1"))


def message_id(event_id: str, record_id: int, *, ending: bool = False) -> str:
    """The id that a message about a record must have."""
    return str(uuid5(NAMESPACE, f"message/{event_id}/{record_id}{'/end' if ending else ''}"))
