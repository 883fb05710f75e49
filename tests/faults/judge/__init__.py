"""The judge: looks at a system from outside, after all is quiet, and says which promises were broken.

It sees the API, the topics, the logs and the value history, and shares no rule with the product: recurrence, ids, run
lengths and messages are its own. Only the rebuild is the product's, for it is what is compared.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults.judge.effects import judge_effects, judge_told
from tests.faults.judge.enrollments import expected_enrollments, judge_enrollments, judge_standstill
from tests.faults.judge.evidence import (
    DEAD_LETTERS,
    Answers,
    Evidence,
    Finding,
    LogEvent,
    Pause,
    Plan,
    Poison,
    Wish,
)
from tests.faults.judge.history import judge_answers, judge_rebuild
from tests.faults.judge.occurrences import (
    all_planned,
    judge_due,
    judge_ends,
    judge_instants,
    judge_versions,
    wished,
)
from tests.faults.judge.paths import judge_delays, judge_groups, judge_paths
from tests.faults.judge.topics import judge_dead_letters, judge_topics
from tests.faults.judge.wishes import judge_pauses, judge_requests, judge_wishes

__all__ = ["Answers", "Evidence", "Finding", "LogEvent", "Pause", "Plan", "Poison", "Verdict", "Wish", "judge"]

Rule = Callable[[Evidence, Sequence[Plan]], Iterator[Finding]]
RULES: Final[tuple[Rule, ...]] = (
    judge_due,
    judge_instants,
    judge_ends,
    judge_versions,
    judge_enrollments,
    judge_paths,
    judge_groups,
    judge_delays,
    judge_effects,
    judge_told,
    judge_wishes,
    judge_requests,
    judge_pauses,
    judge_standstill,
    judge_rebuild,
    judge_answers,
    judge_topics,
    judge_dead_letters,
)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, and how much was looked at: a zero says nothing without its n."""

    findings: Sequence[Finding]
    occurrences: int
    enrollments: int
    messages: int
    repeated_messages: int
    dead_letters: int

    def __str__(self) -> str:
        """Say each broken rule with its number and a few examples."""
        counts = Counter(finding.rule for finding in self.findings)
        lines = [
            f"{rule}: {count}, e.g. {'; '.join([each.what for each in self.findings if each.rule == rule][:_SHOWN])}"
            for rule, count in counts.items()
        ]
        return "\n".join(lines) or "nothing was found"


def judge(evidence: Evidence, plans: Sequence[Plan]) -> Verdict:
    """Hold the evidence to every rule."""
    published = [seen for name, seen in evidence.topics.items() if name not in DEAD_LETTERS]
    messages = sum(map(len, published))
    return Verdict(
        findings=[finding for rule in RULES for finding in rule(evidence, plans)],
        occurrences=len(all_planned(evidence, plans)) + len(wished(evidence)),
        enrollments=len(expected_enrollments(evidence, plans)),
        messages=messages,
        repeated_messages=messages - sum(len({each.id for each in topic}) for topic in published),
        dead_letters=len(evidence.poison),
    )
