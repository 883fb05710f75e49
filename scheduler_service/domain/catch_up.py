"""What becomes of an occurrence: due, or skipped with a reason.

An occurrence is on time when it is decided within 60 s after its instant, or when its schedule reached the scheduler
only after it. Later it is missed, and the policy decides: LATEST runs the newest of the missed inside the window, ALL
the newest 1,000 of them in order, NONE none. The window counts back from the decision.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from shared.recurrence import CatchUp

ON_TIME: Final = timedelta(seconds=60)
MOST_CAUGHT_UP: Final = 1000

Verdict = Literal["DUE", "MISSED", "CATCH_UP_LIMIT"]


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides at one instant, for one schedule that has been known since another."""

    catch_up: CatchUp
    known_since: datetime
    now: datetime

    def is_missed(self, due_at: datetime) -> bool:
        """Tell whether the decision comes too late to be on time."""
        return self.now - due_at > ON_TIME and due_at > self.known_since

    @property
    def look_ahead(self) -> int:
        """How many later missed occurrences can make a difference to one."""
        match self.catch_up.policy:
            case "LATEST":
                return 1
            case "ALL":
                return MOST_CAUGHT_UP
            case "NONE":
                return 0

    def judge(self, due_at: datetime, *, missed_later: int) -> Verdict:
        """Return what becomes of an occurrence that `missed_later` missed ones follow, at least `look_ahead` known."""
        if not self.is_missed(due_at):
            return "DUE"
        if due_at < self.now - self.catch_up.window:
            return "MISSED"
        match self.catch_up.policy:
            case "LATEST":
                return "DUE" if missed_later == 0 else "MISSED"
            case "ALL":
                return "DUE" if missed_later < MOST_CAUGHT_UP else "CATCH_UP_LIMIT"
            case "NONE":
                return "MISSED"
