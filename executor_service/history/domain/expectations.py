"""What should have come due by now, by the schedule that is in force and what was decided last; pure.

The scheduler decides the instants of a workflow in order, so what lies after the last one known is still to be decided.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from executor_service.history.domain.causes import SAMPLE_AT_MOST, Cause
from shared.contracts import instant_text, scheduled_occurrence_id
from shared.recurrence import CalendarForm, Progress, plan

GRACE: Final = timedelta(seconds=120)
_COUNTED_AT_MOST: Final = 100
_SECOND_OF_TWO: Final = "/2"


@dataclass(frozen=True, slots=True)
class Expectation:
    """A workflow that is on by a schedule since an instant.

    The last thing decided is an occurrence, due at `due_last`, or a skip up to the nominal time `skipped_to`.
    """

    workflow_id: int
    schedule: CalendarForm
    time_zone_id: str
    in_force_since: datetime
    due_last: datetime | None = None
    skipped_to: str | None = None


def not_decided(expected: Expectation, *, now: datetime) -> Cause | None:
    """Return what a workflow should have come due at and was not decided within 120 s; none when nothing is late.

    At most 100 instants are counted.
    """
    late = plan(
        expected.schedule,
        expected.time_zone_id,
        since=max(expected.in_force_since, expected.due_last or expected.in_force_since),
        until=now - GRACE,
        progress=_progress(expected.skipped_to),
        limit=_COUNTED_AT_MOST,
    ).occurrences
    if not late:
        return None
    first = late[0].due_at
    return Cause(
        kind="NOT_DECIDED",
        workflow_id=expected.workflow_id,
        reason="",
        count=len(late),
        since=first,
        last_at=late[-1].due_at,
        occurrence_id=scheduled_occurrence_id(expected.workflow_id, first),
        sample=[instant_text(each.due_at) for each in late[:SAMPLE_AT_MOST]],
        details={"dueAt": instant_text(first)},
    )


def _progress(skipped_to: str | None) -> Progress | None:
    if skipped_to is None:
        return None
    return Progress(through=datetime.fromisoformat(skipped_to.removesuffix(_SECOND_OF_TWO)))
