"""Effects: the value history holds each write of a workflow once, in order, and the records have what they must."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from tests.e2e.flows import RaiseBy, SetTo
from tests.faults.judge.evidence import Evidence, Finding, LogEvent, Plan
from tests.faults.judge.folding import Step, fold


def judge_effects(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """The value history holds each update once, in order, and the records have the last value of each.

    The judge computes for itself which steps changed a value: those after which it is another one.
    """
    by_workflow = {str(plan.workflow_id): plan for plan in plans}
    expected: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for step, record_id, workflow_id in _succeeded(evidence.executor_log):
        action = by_workflow[workflow_id].action(step.action_id) if workflow_id in by_workflow else None
        if not isinstance(action, SetTo | RaiseBy):
            continue
        values = expected[record_id, action.property]
        value = _next(values, action)
        changes = not values or values[-1] != value
        if step.changed != int(changes):
            yield Finding("effect wrong", f"{record_id} at {step.position}: changed {step.changed}, not {int(changes)}")
        if changes:
            values.append(value)
    yield from _compare(evidence, expected)


def _next(values: Sequence[Any], action: SetTo | RaiseBy) -> Any:
    match action:
        case SetTo(_, value):
            return value
        case RaiseBy(_, amount):
            return (values[-1] if values else 0) + amount


def _compare(evidence: Evidence, expected: dict[tuple[int, str], list[Any]]) -> Iterator[Finding]:
    found: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for change in evidence.changes:
        found[change.record_id, change.property].append(change.value)
    for key in expected.keys() | found.keys():
        shown = evidence.values.get(key[0], {}).get(key[1])
        if found[key] != expected[key]:
            yield Finding("effect wrong", f"{key}: the value history has {found[key]}, the log {expected[key]}")
        elif expected[key] and not _is(shown, expected[key][-1]):
            yield Finding("effect wrong", f"{key}: the record has {shown}, not {expected[key][-1]}")


def _is(shown: str | None, value: Any) -> bool:
    """Tell whether the API's text is a value; a number has more than one text."""
    return shown is not None and (Decimal(shown) == value if isinstance(value, int) else shown == value)


def _succeeded(log: Sequence[LogEvent]) -> Iterator[tuple[Step, int, str]]:
    """Yield the steps that succeeded in the order of the log, with record and workflow."""
    folded = fold(log)
    workflows = {event.position: str(event.data.get("workflowId")) for event in log}
    steps = [(step, record_id) for (_, record_id), walked in folded.steps.items() for step in walked]
    for step, record_id in sorted(steps, key=lambda each: each[0].position):
        if step.outcome == "SUCCEEDED":
            yield step, record_id, workflows[step.position]


def judge_told(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """What others told last about a record, and was acknowledged, is what it holds."""
    del plans
    for record_id, told in evidence.told.items():
        for name, value in told.items():
            shown = evidence.values.get(record_id, {}).get(name)
            if shown != value:
                yield Finding("write lost", f"{record_id} has {name} = {shown!r}, not {value!r}")
