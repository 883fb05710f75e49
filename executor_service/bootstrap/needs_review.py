"""What needs review, bound to everything that knows what goes wrong.

Dead letters and topics that nothing can be published to are none of the history's own.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from executor_service.history.domain.causes import Cause, CauseKind
from executor_service.history.handlers import review_pass, schedule_broken, schedule_changed
from executor_service.history.store import MetCauses, NotDecided, ReviewTransaction
from shared.clock import Clock, SystemClock
from shared.contracts import ScheduleChanged
from shared.dead_letters import DeadLetters
from shared.figures import Figures
from shared.postgres import Pool
from shared.relay import Relay

_BETWEEN_LOOKS_SECONDS: Final = 2.0


class OpenDeadLetters:
    """Messages that could not be understood and lie there, one cause a topic and reason."""

    present: frozenset[CauseKind] = frozenset({"DEAD_LETTER"})

    def __init__(self, pool: Pool) -> None:
        self._letters = DeadLetters(pool)

    async def causes(self) -> Sequence[Cause]:
        """Return those that are open."""
        return [
            Cause(
                kind="DEAD_LETTER",
                workflow_id=None,
                reason=f"{group.topic}: {group.reason}",
                count=group.count,
                since=group.first_at,
                last_at=group.last_at,
                sample=[str(letter_id) for letter_id in group.sample],
                details={"topic": group.topic},
            )
            for group in await self._letters.open_groups()
        ]


class StoppedTopics:
    """Topics that nothing can be published to; only the process that publishes knows."""

    def __init__(self, relay: Relay, clock: Clock) -> None:
        self._relay = relay
        self._clock = clock

    @property
    def present(self) -> frozenset[CauseKind]:
        """See CauseSource."""
        return frozenset({"TOPIC_STOPPED"}) if self._relay.is_holder else frozenset()

    async def causes(self) -> Sequence[Cause]:
        """Return those that stand still now."""
        now = self._clock.now()
        return [
            Cause("TOPIC_STOPPED", None, topic, 1, now, now, details={"topic": topic, "error": reason})
            for topic, reason in self._relay.stopped.items()
        ]


class NeedsReview:
    """The pass that looks at everything that knows what goes wrong."""

    def __init__(self, *, history: Pool, work: Pool, relay: Relay) -> None:
        self._not_decided = NotDecided(history)
        topics = StoppedTopics(relay, SystemClock())
        self._sources = (MetCauses(history), self._not_decided, OpenDeadLetters(work), topics)
        self._open_review = partial(ReviewTransaction, history)

    async def look(self) -> float:
        """Look once, and return for how many seconds not to look again."""
        await review_pass(self._sources, open_review=self._open_review)
        return _BETWEEN_LOOKS_SECONDS

    def watch(self, figures: Figures) -> None:
        """Add how much should have come due and was not decided."""
        words = "Instants at which a workflow should have come due and that were not decided 120 s later"
        gauge = figures.gauge("not_decided", words)

        async def read() -> None:
            gauge.set(self._not_decided.count)

        figures.read(read, (gauge,))


async def note_schedule(message: ScheduleChanged, *, at: datetime | None, pool: Pool) -> None:
    """Take note of what the scheduler says about a workflow's schedule; again, or without its instant, of nothing."""
    if at is None:
        return
    open_review = partial(ReviewTransaction, pool)
    if message.type == "workflows.schedule.broken.v1":
        await schedule_broken(int(message.workflow_id), message.error or "", at=at, open_review=open_review)
    else:
        await schedule_changed(int(message.workflow_id), at=at, open_review=open_review)
