"""Projecting: one pass takes the next events up to the horizon and writes what they change."""

from pydantic import ValidationError

from executor_service.history.domain.rows import Change
from executor_service.history.ports import ProjectionWork
from executor_service.history.projection import project
from shared.event_store import RecordedEvent
from shared.failpoints import failpoint

EVENTS_AT_ONCE = 200


class UnknownEventError(Exception):
    """An event that this release cannot read; the projection stands still before it rather than pass it over."""

    def __init__(self, event: RecordedEvent, reason: str) -> None:
        super().__init__(f"the event at position {event.position} ({event.type}) cannot be read: {reason}")
        self.position = event.position
        self.type = event.type


async def project_pass(work: ProjectionWork, *, horizon: int, limit: int = EVENTS_AT_ONCE) -> int:
    """Project up to `limit` events, in one transaction, and return how many.

    Again: what was projected is below the checkpoint, which moves in the same transaction. Raises UnknownEventError
    when the next event cannot be read; those before it have been projected then.
    """
    async with work:
        events = await work.next_events(horizon=horizon, limit=limit)
        changes, taken, unknown = _project(events)
        if taken:
            await work.write(changes, position=events[taken - 1].position)
            failpoint("projector.before_commit")
            await work.commit()
    if unknown is not None and not taken:
        raise unknown
    return taken


def _project(events: list[RecordedEvent]) -> tuple[list[Change], int, UnknownEventError | None]:
    changes: list[Change] = []
    for taken, event in enumerate(events):
        try:
            changes.extend(project(event))
        except ValidationError as error:
            return changes, taken, UnknownEventError(event, str(error.errors()[0]["msg"]))
    return changes, len(events), None
