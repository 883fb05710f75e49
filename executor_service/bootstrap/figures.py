"""What the executor counts and measures; every figure with its HELP text."""

from executor_service.execution.store import Lower
from executor_service.execution.store.waiting import Waiting
from shared.figures import Figures
from shared.postgres import Pool, Transaction


def watch_waiting(figures: Figures, *, pool: Pool, lower: Lower) -> None:
    """Add how much work waits, and for how long."""
    counts = figures.gauge(
        "occurrences_waiting",
        "Occurrences to evaluate (DUE) or to complete (EVALUATED); counted up to 10,000",
        ["state"],
    )
    oldest = figures.gauge("oldest_ready_seconds", "For how long the oldest work that may begin has waited", ["work"])

    async def look() -> None:
        async with Transaction(pool) as work:
            waiting = Waiting(work.connection, lower.workflows(work.connection))
            for state, count in (await waiting.counts()).items():
                counts.labels(state).set(count)
            oldest.labels("evaluation").set(await waiting.oldest_evaluation_seconds())
            oldest.labels("cohort").set(await waiting.oldest_cohort_seconds())

    figures.read(look, (counts, oldest))
