"""The table of what the faults showed, printed at the end of the session: a zero says nothing without its n."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.judge import Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """What one fault showed. `hits`: how many of the trials really hit work in flight."""

    fault: str
    trials: int
    hits: int
    recovery_seconds: Sequence[float]
    verdict: Verdict | None
    """None: the fault is one that the judge does not know, and its test looked for itself."""


@dataclass(slots=True)
class Report:
    """The rows of a session."""

    rows: list[Row] = field(default_factory=list)

    def add(
        self, fault: str, verdict: Verdict | None, *, trials: int = 1, hits: int, recovery_seconds: Sequence[float] = ()
    ) -> None:
        """Add a row."""
        self.rows.append(Row(fault, trials, hits, recovery_seconds, verdict))

    def lines(self) -> list[str]:
        """Return the table as text."""
        head = f"{'fault':64} {'trials':>6} {'hit':>4} {'recovery, max':>13} {'findings':>8}  looked at"
        return [head, *map(_line, self.rows)]


def _line(row: Row) -> str:
    verdict = row.verdict
    recovery = f"{max(row.recovery_seconds):.1f} s" if row.recovery_seconds else "-"
    start = f"{row.fault:64} {row.trials:6} {row.hits:4} {recovery:>13}"
    if verdict is None:
        return f"{start} {'-':>8}  -"
    looked_at = (
        f"{verdict.occurrences} occurrences, {verdict.enrollments} enrollments, {verdict.messages} messages"
        f" ({verdict.repeated_messages} repeated), {verdict.dead_letters} dead letters"
    )
    return f"{start} {len(verdict.findings):8}  {looked_at}"
