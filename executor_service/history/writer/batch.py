"""The rows and sums of one batch, gathered before anything is written."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from executor_service.history.domain.board import Board
from executor_service.history.domain.rows import CauseMet, PageEnrolled, RecordsLogged, RecordsMoved, Status
from executor_service.history.writer.rows import Row, log_rows, page_row
from shared.recurrence import load_zone

_ENDS: Final[dict[Status, str]] = {"COMPLETED": "completed", "UNENROLLED": "unenrolled"}
_GOAL: Final = "GOAL"


@dataclass(slots=True)
class Batch:
    """What one batch adds. `zones`: the zone of each workflow, as it is at the event in hand."""

    board: Board
    zones: dict[int, str]
    pages: list[Row] = field(default_factory=list)
    log: list[Row] = field(default_factory=list)
    statuses: defaultdict[UUID, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By occurrence, the change of how many enrollments have each status."""
    totals: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By workflow, the change of its counters."""
    days: defaultdict[tuple[int, date], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By workflow and day of its zone, what happened on that day."""
    waiting: Counter[tuple[int, str]] = field(default_factory=Counter)
    """By workflow and action, the change of how many records stand there."""
    minutes: dict[datetime, int] = field(default_factory=dict)
    """By minute, the position of the first event whose rows stand in the action log."""
    causes: dict[UUID, tuple[datetime, CauseMet]] = field(default_factory=dict)
    """By id, the instant at which a cause was met first, and its newest event with the sum of all."""

    def take_page(self, page: PageEnrolled) -> None:
        """Take records that begin."""
        size = len(page.record_ids)
        self.board.enroll(page)
        self.pages.append(page_row(page))
        self._log(page, n=0, page_position=page.position)
        self.statuses[page.occurrence_id]["ACTIVE"] += size
        self.totals[page.workflow_id].update(enrolled=size, active=size)
        self._day(page)["enrolled"] += size
        if page.action_id is None:
            self._end(page, "COMPLETED", goal=False)
        else:
            self.waiting[page.workflow_id, page.action_id] += size

    def take_move(self, move: RecordsMoved) -> None:
        """Take records that go on, wait or end."""
        size = len(move.record_ids)
        page_position = self.board.move(move)
        self._log(move, n=move.n, page_position=page_position)
        self.waiting[move.workflow_id, move.from_action_id] -= size
        if move.status == "ACTIVE" and move.action_id is not None:
            self.waiting[move.workflow_id, move.action_id] += size
        else:
            self._end(move, move.status, goal=move.reason == _GOAL)

    def take_logged(self, logged: RecordsLogged) -> None:
        """Take records that stay where they are."""
        self._log(logged, n=logged.n, page_position=None)

    def take_cause(self, met: CauseMet) -> None:
        """Take what went wrong."""
        first_at, before = self.causes.get(met.id, (met.at, None))
        count = met.count + (0 if before is None else before.count)
        self.causes[met.id] = (first_at, replace(met, count=count))

    def _log(self, change: PageEnrolled | RecordsMoved | RecordsLogged, *, n: int, page_position: int | None) -> None:
        self.log.extend(log_rows(change, change.log, n=n, page_position=page_position))
        self.minutes.setdefault(change.at.replace(second=0, microsecond=0), change.position)

    def _end(self, change: PageEnrolled | RecordsMoved, status: Status, *, goal: bool) -> None:
        size, word = len(change.record_ids), _ENDS[status]
        self.statuses[change.occurrence_id].update({"ACTIVE": -size, status: size})
        self.totals[change.workflow_id].update({"active": -size, word: size, "goals": size if goal else 0})
        self._day(change)[word] += size

    def _day(self, change: PageEnrolled | RecordsMoved) -> Counter[str]:
        zone = load_zone(self.zones.get(change.workflow_id, "UTC"))
        return self.days[change.workflow_id, change.at.astimezone(zone).date()]
