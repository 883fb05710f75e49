"""What the scheduler counts of its ticks."""

from collections.abc import Callable

from scheduler_service.handlers import Ticked
from shared.figures import Figures

_LATENESS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)


def count_ticks(figures: Figures) -> Callable[[Ticked], None]:
    """Add the figures of ticks and return what counts one."""
    lateness = figures.histogram(
        "scheduler_lateness_seconds", "From the instant an occurrence is due to its decision", buckets=_LATENESS_BUCKETS
    )
    skipped = figures.counter("scheduler_skipped", "Occurrences that were skipped, whatever the reason")
    broken = figures.counter("scheduler_broken", "Schedules set aside because they cannot be computed")

    def count(ticked: Ticked) -> None:
        for seconds in ticked.lateness:
            lateness.observe(seconds)
        skipped.inc(ticked.skipped)
        broken.inc(ticked.broken)

    return count
