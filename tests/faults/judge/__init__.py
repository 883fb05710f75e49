"""The judge: looks at a system from outside, after all is quiet, and says which promises were broken.

It sees the API, the topics, the logs and the value history, and shares no rule with the product: recurrence, ids, run
lengths and messages are its own. Only the rebuild is the product's, for it is what is compared.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults.judge.enrollments import (
    expected_enrollments,
    judge_effects,
    judge_enrollments,
    judge_paths,
    judge_standstill,
)
from tests.faults.judge.evidence import DUE, HISTORY, LIFECYCLE, Answers, Evidence, Finding, LogEvent, Plan, Poison
from tests.faults.judge.history import judge_answers, judge_rebuild
from tests.faults.judge.occurrences import all_planned, judge_due, judge_ends, judge_instants, judge_versions
from tests.faults.judge.topics import judge_dead_letters, judge_topics

__all__ = ["Answers", "Evidence", "Finding", "LogEvent", "Plan", "Poison", "Verdict", "judge"]

Rule = Callable[[Evidence, Sequence[Plan]], Iterator[Finding]]
RULES: Final[tuple[Rule, ...]] = (
    judge_due,
    judge_instants,
    judge_ends,
    judge_versions,
    judge_enrollments,
    judge_paths,
    judge_effects,
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
    published = [evidence.topics[name] for name in (LIFECYCLE, DUE, HISTORY)]
    messages = sum(map(len, published))
    return Verdict(
        findings=[finding for rule in RULES for finding in rule(evidence, plans)],
        occurrences=len(all_planned(evidence, plans)),
        enrollments=len(expected_enrollments(evidence, plans)),
        messages=messages,
        repeated_messages=messages - sum(len({each.id for each in topic}) for topic in published),
        dead_letters=len(evidence.poison),
    )
