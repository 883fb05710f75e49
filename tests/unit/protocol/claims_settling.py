"""The product's own settlement, as the model of claims asks for it: from rows and ways to rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from executor_service.execution.domain.cohorts import Cohort, Phase
from executor_service.execution.domain.settlement import Outcome, OutcomeName, settle
from tests.unit.protocol.claims_world import Row, Rule, Way

_BEGIN: Final = datetime(2026, 11, 27, 7, tzinfo=UTC)
_CLAIM: Final = UUID(int=1)


@lru_cache(maxsize=100_000)
def settled(rows: tuple[Row, ...], ways: tuple[tuple[int, Way], ...], without: Rule | None) -> tuple[Row, ...]:
    """Return the rows that the product's own settlement leaves of a claim's."""
    by_way: dict[Way, list[int]] = {}
    for record, way in ways:
        by_way.setdefault(way._replace(ready=0) if without is Rule.GROUPED_BY_INSTANT else way, []).append(record)
    settlement = settle(
        _CLAIM,
        [cohort(_mistaken(row, rows[0], without), number) for number, row in enumerate(rows)],
        [_outcome(way, records) for way, records in by_way.items()],
    )
    moved = [
        rows[move.id.int]._replace(
            action=int(move.action_id),
            waits=move.phase == "WAITING",
            visit=move.visit,
            walked=move.walked,
            ready=_number(move.ready_at),
            leased=False,
            losses=0,
        )
        for move in settlement.moves
    ]
    made = [
        Row(
            occurrence=each.occurrence_id.int,
            action=int(each.action_id),
            records=tuple(each.record_ids),
            waits=each.phase == "WAITING",
            visit=each.visit,
            walked=each.walked,
            ready=_number(each.ready_at),
            losses=each.losses,
        )
        for each in settlement.made
    ]
    return (*moved, *made)


def _mistaken(row: Row, first: Row, without: Rule | None) -> Row:
    """Return a row as it is taken for when a part of what records are grouped by is left out."""
    if without is Rule.GROUPED_BY_OCCURRENCE:
        return row._replace(occurrence=first.occurrence)
    if without is Rule.GROUPED_BY_VISIT:
        return row._replace(visit=first.visit)
    return row._replace(walked=first.walked) if without is Rule.GROUPED_BY_WAY else row


def cohort(row: Row, number: int = 0) -> Cohort:
    """Return a row as the product sees it."""
    return Cohort(
        id=UUID(int=number),
        occurrence_id=UUID(int=row.occurrence),
        epoch=1,
        losses=row.losses,
        visit=row.visit,
        ready_at=_instant(row.ready),
        record_ids=row.records,
        walked=row.walked,
        phase="WAITING" if row.waits else "ARRIVED",
    )


def _outcome(way: Way, records: Sequence[int]) -> Outcome:
    following = str(way.action) if way.action else None
    name: OutcomeName = "WAITING" if way.waits else "SUCCEEDED"
    phase: Phase = "WAITING" if way.waits else "ARRIVED"
    return Outcome(name, records, following, _instant(way.ready), again=way.again, phase=phase)


def _instant(number: int) -> datetime:
    return _BEGIN + timedelta(hours=number)


def _number(instant: datetime) -> int:
    return int((instant - _BEGIN) / timedelta(hours=1))
