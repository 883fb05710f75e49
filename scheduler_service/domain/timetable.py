"""A workflow's schedule, read from its state: what is to be decided, and what missed occurrences follow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice

import orjson

from scheduler_service.domain.catch_up import Judge
from scheduler_service.domain.state import ScheduleState
from shared.recurrence import CalendarForm, CatchUp, Occurrence, Planned, Progress, plan
from shared.schedule import parse_schedule

_LEAST_LOOKED_AT = 10
_MOST_REMEMBERED = 5_000


@lru_cache(maxsize=_MOST_REMEMBERED)
def read_schedule(document: str) -> tuple[CalendarForm, CatchUp]:
    """Return the schedule of a document in JSON, and what is done about missed occurrences; raises ScheduleError."""
    schedule = parse_schedule(orjson.loads(document))
    return schedule, schedule.catching_up


@dataclass(frozen=True, slots=True)
class Timetable:
    """The outcomes of one schedule from an instant on, up to another."""

    schedule: CalendarForm
    catch_up: CatchUp
    zone: str
    since: datetime
    until: datetime

    def plan(self, progress: Progress, limit: int) -> Planned:
        """Return the next outcomes after those decided."""
        return plan(self.schedule, self.zone, since=self.since, until=self.until, progress=progress, limit=limit)

    def count_missed(self, planned: Planned, judge: Judge) -> int:
        """Count the missed occurrences after those planned, as far as they make a difference to the judge."""
        return sum(1 for _ in islice(self._missed(planned, judge), judge.look_ahead))

    def _missed(self, planned: Planned, judge: Judge) -> Iterator[Occurrence]:
        limit = max(judge.look_ahead, _LEAST_LOOKED_AT)
        while planned.next_at is not None and planned.next_at <= self.until:
            planned = self.plan(planned.progress, limit)
            yield from (each for each in planned.occurrences if judge.is_missed(each.due_at))


def timetable_of(state: ScheduleState, *, until: datetime) -> Timetable:
    """Return the timetable of a schedule in force; raises ScheduleError."""
    if state.schedule is None or state.on_since is None:
        raise NothingPlannedError(state.workflow_id)
    return Timetable(*read_schedule(state.schedule), state.zone, state.on_since, until)


class NothingPlannedError(ValueError):
    """A workflow without a schedule in force."""

    def __init__(self, workflow_id: int) -> None:
        super().__init__(f"nothing is planned for workflow {workflow_id}")
        self.workflow_id = workflow_id
