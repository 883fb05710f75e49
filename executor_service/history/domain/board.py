"""Where the records of active enrollments stand, as sets that move; pure.

A standing is the records of one occurrence that stand alike since one event. A move takes its records out of the
standings at an action and makes one of them; what it leaves keeps its name, (position, n). So the rows depend on the
events alone and not on how many were projected at a time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from executor_service.history.domain.rows import PageEnrolled, RecordsMoved, Status

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """Records that stand alike, ascending. `page_position`: all are of that page; `whole`: they are all its records."""

    position: int
    n: int
    workflow_id: int
    occurrence_id: UUID
    page_position: int | None
    whole: bool
    status: Status
    action_id: str | None
    record_ids: Sequence[int]
    next_action_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None

    @property
    def key(self) -> Key:
        """Its name."""
        return self.position, self.n


@dataclass(slots=True)
class Board:
    """The standings a batch of changes may touch, and what has become of them."""

    written: dict[Key, Standing] = field(default_factory=dict)
    """New ones, and those that were cut."""
    removed: set[Key] = field(default_factory=set)
    """Names of rows that were there before and are gone or cut."""
    _active: dict[tuple[UUID, str | None], dict[Key, Standing]] = field(default_factory=lambda: defaultdict(dict))

    def load(self, standings: Iterable[Standing]) -> None:
        """Put rows on the board as they are stored."""
        for standing in standings:
            self._active[standing.occurrence_id, standing.action_id][standing.key] = standing

    def enroll(self, page: PageEnrolled) -> None:
        """Put a new page on the board."""
        status: Status = "COMPLETED" if page.action_id is None else "ACTIVE"
        self._put(
            Standing(
                position=page.position,
                n=0,
                workflow_id=page.workflow_id,
                occurrence_id=page.occurrence_id,
                page_position=page.position,
                whole=True,
                status=status,
                action_id=page.action_id,
                record_ids=page.record_ids,
                ended_at=page.at if status == "COMPLETED" else None,
            )
        )

    def move(self, move: RecordsMoved) -> int | None:
        """Move records, and return the page that they are all the records of, or None."""
        record_ids = sorted(move.record_ids)
        page_position = self._take(move, record_ids)
        self._put(
            Standing(
                position=move.position,
                n=move.n,
                workflow_id=move.workflow_id,
                occurrence_id=move.occurrence_id,
                page_position=page_position,
                whole=page_position is not None,
                status=move.status,
                action_id=move.action_id,
                record_ids=record_ids,
                next_action_at=move.next_action_at,
                ended_at=None if move.status == "ACTIVE" else move.at,
                reason=move.reason,
            )
        )
        return page_position

    def _take(self, move: RecordsMoved, record_ids: list[int]) -> int | None:
        standings = self._active[move.occurrence_id, move.from_action_id]
        wanted: set[int] | None = None
        for key, standing in list(standings.items()):
            if standing.record_ids[-1] < record_ids[0] or standing.record_ids[0] > record_ids[-1]:
                continue
            if list(standing.record_ids) == record_ids:
                self._remove(standing)
                return standing.page_position if standing.whole else None
            wanted = set(record_ids) if wanted is None else wanted
            rest = [record_id for record_id in standing.record_ids if record_id not in wanted]
            if len(rest) < len(standing.record_ids):
                self._remove(standing)
                if rest:
                    standings[key] = self.written[key] = _cut(standing, rest)
        return None

    def _put(self, standing: Standing) -> None:
        self.written[standing.key] = standing
        if standing.status == "ACTIVE":
            self._active[standing.occurrence_id, standing.action_id][standing.key] = standing

    def _remove(self, standing: Standing) -> None:
        del self._active[standing.occurrence_id, standing.action_id][standing.key]
        self.written.pop(standing.key, None)
        self.removed.add(standing.key)


def _cut(standing: Standing, rest: list[int]) -> Standing:
    return replace(standing, record_ids=rest, whole=False)
