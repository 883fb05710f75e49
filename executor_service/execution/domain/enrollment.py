"""Whom an evaluation enrolls, gathered page by page, and the events that say so; pure.

The ids are held in flat arrays (8 bytes each), for a million of them pass through one evaluation.
"""

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from executor_service.events import (
    Counts,
    Event,
    OccurrenceCompleted,
    OccurrenceEvaluated,
    RecordsEnrolled,
    RecordsNotEnrolled,
    to_new_event,
)
from executor_service.execution.domain.cohorts import NewCohort, cut
from executor_service.execution.domain.occurrences import Occurrence
from executor_service.workflows.domain.revision import Revision
from shared.contracts import page_cohort_id
from shared.event_store import NewEvent


def _no_ids() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class Matches:
    """The matching records of one snapshot, ascending, told apart by whether they were active in it."""

    active: AbstractSet[int]
    enrolled: "array[int]" = field(default_factory=_no_ids)
    already: "array[int]" = field(default_factory=_no_ids)
    missing: "array[int]" = field(default_factory=_no_ids)
    """Those that were named and are not there any more."""
    _digest: Any = field(default_factory=hashlib.sha256)

    def add(self, page: Sequence[int]) -> None:
        """Add the next matching ids, which ascend."""
        if self.active:
            self.already.extend(record_id for record_id in page if record_id in self.active)
            page = [record_id for record_id in page if record_id not in self.active]
        if page:
            separator = "," if self.enrolled else ""
            self._digest.update((separator + ",".join(map(str, page))).encode())
            self.enrolled.extend(page)

    @property
    def digest(self) -> str:
        """The SHA-256 of the enrolled ids, ascending, in decimal, with commas; in hexadecimal."""
        return str(self._digest.hexdigest())

    @property
    def counts(self) -> Counts:
        """What was found."""
        enrolled, already, missing = len(self.enrolled), len(self.already), len(self.missing)
        matched = enrolled + already + missing
        return Counts(matched=matched, enrolled=enrolled, already_enrolled=already, missing=missing)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An occurrence with what its evaluation found, by one revision in one snapshot."""

    occurrence: Occurrence
    revision: Revision
    evaluated_at: datetime
    snapshot: str
    matches: Matches

    @property
    def is_over(self) -> bool:
        """Whether nobody is active for it: nobody was enrolled, or there is nothing to be done."""
        return not self.matches.enrolled or self.revision.graph.start is None

    def cohorts(self) -> list[NewCohort]:
        """Return the cohorts to be stored; empty when it is over."""
        start = self.revision.graph.start
        if start is None:
            return []
        return [
            NewCohort(
                id=page_cohort_id(self.occurrence.id, page),
                occurrence_id=self.occurrence.id,
                action_id=start,
                ready_at=self.evaluated_at,
                record_ids=record_ids,
            )
            for page, record_ids in enumerate(cut(self.matches.enrolled))
        ]

    def events(self) -> list[NewEvent]:
        """Return the events of its stream, in order."""
        return list(self._events())

    def _events(self) -> Iterator[NewEvent]:
        start = self.revision.graph.start
        names = self._names()
        evaluated = OccurrenceEvaluated(
            **names,
            object_type_id=self.revision.object_type_id,
            evaluated_at=self.evaluated_at,
            snapshot=self.snapshot,
            counts=self.matches.counts,
            digest=self.matches.digest,
            first_action_id=start,
        )
        yield to_new_event(evaluated)
        object_type_id = self.revision.object_type_id
        for page, ids in enumerate(cut(self.matches.enrolled)):
            enrolled: Event = RecordsEnrolled(**names, object_type_id=object_type_id, page=page, first_action_id=start)
            yield to_new_event(enrolled, ids)
        for reason, refused in (("ALREADY_ENROLLED", self.matches.already), ("MISSING", self.matches.missing)):
            for ids in cut(refused):
                not_enrolled = RecordsNotEnrolled(**names, object_type_id=object_type_id, reason=reason)
                yield to_new_event(not_enrolled, ids)
        if self.is_over:
            yield to_new_event(OccurrenceCompleted(**names))

    def _names(self) -> dict[str, Any]:
        return {
            "workflow_id": str(self.occurrence.workflow_id),
            "occurrence_id": self.occurrence.id,
            "revision_id": str(self.revision.revision),
        }
