"""Finding whom an occurrence is for, in one snapshot: those who match, or those who were named."""

from collections.abc import Sequence
from datetime import datetime

from executor_service.execution.domain.cohorts import cut
from executor_service.execution.domain.enrollment import Matches
from executor_service.execution.domain.occurrences import Occurrence
from executor_service.execution.ports import Snapshot
from executor_service.records.criteria import Tree
from executor_service.records.ports import Records

_READ_AT_ONCE = 1_000


async def find_matches(
    snapshot: Snapshot, tree: Tree | None, *, workflow_id: int, object_type_id: str, now: datetime, zone: str
) -> Matches:
    """Return the records that meet the criteria of a workflow at the snapshot's instant; nobody without criteria."""
    matches = Matches(await _active(snapshot, workflow_id))
    if tree is not None:
        pages = snapshot.records.matching_ids(tree, object_type_id=object_type_id, now=now, zone=zone)
        async for page in pages:
            matches.add(page)
    return matches


async def find_named(snapshot: Snapshot, occurrence: Occurrence) -> Matches:
    """Return the records that an occurrence was asked for; those archived since are missing."""
    named = await snapshot.occurrences.named_ids(occurrence.id) or ()
    matches = Matches(await _active(snapshot, occurrence.workflow_id))
    living = await living_among(snapshot.records, occurrence.object_type_id, named)
    there = set(living)
    matches.add(living)
    matches.missing.extend(record_id for record_id in named if record_id not in there)
    return matches


async def living_among(records: Records, object_type_id: str, record_ids: Sequence[int]) -> list[int]:
    """Return those of some ids that are records of a type and not archived, ascending."""
    living: list[int] = []
    for ids in cut(record_ids, _READ_AT_ONCE):
        found = await records.read(object_type_id, ids)
        living.extend(record.id for record in found if record.archived_at is None)
    return sorted(living)


async def _active(snapshot: Snapshot, workflow_id: int) -> set[int]:
    active: set[int] = set()
    async for ids in snapshot.active_ids(workflow_id):
        active.update(ids)
    return active
