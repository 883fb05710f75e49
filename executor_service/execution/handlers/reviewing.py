"""Reviewing a workflow, on or off: what turning it on would come to, counted exactly as its evaluation would."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import islice
from typing import Final

from executor_service.execution.domain.enrollment import Matches
from executor_service.execution.domain.review import Matching, Warned, unreachable_positions, warn
from executor_service.execution.handlers.finding import find_matches
from executor_service.execution.ports import EvaluationTooSlowError, Snapshot
from executor_service.workflows.domain.document import stored_schedule, stored_tree
from executor_service.workflows.domain.enrollment import TREE_PLACE
from executor_service.workflows.domain.problems import Problem, ProblemLike
from executor_service.workflows.domain.state import WorkflowState, zone_of
from executor_service.workflows.domain.turning_on import turn_on_problems
from executor_service.workflows.ports import ActionCatalogue, Definitions, Work
from shared.recurrence import Preview, preview

_OCCURRENCES: Final = 10
_SAMPLE: Final = 10

OpenSnapshot = Callable[[], AbstractAsyncContextManager[Snapshot]]
"""Opens a transaction that sees one snapshot, with the limits of an evaluation."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review finds. `seen` is null without a schedule, `matching` where the criteria cannot be evaluated."""

    state: WorkflowState
    time_zone_id: str
    problems: Sequence[Problem]
    seen: Preview | None
    matching: Matching | None
    evaluated_at: datetime
    active: int
    warnings: Sequence[Warned]


async def review(workflow_id: int, *, work: Work, catalogue: ActionCatalogue, open_snapshot: OpenSnapshot) -> Reviewed:
    """Return what would become of a workflow now; raises NoSuchWorkflowError."""
    async with work:
        zone_id = await work.account_zone()
        state = await work.workflows.load(workflow_id)
        now = await work.workflows.now()
        definitions = await work.definitions(state.content["objectTypeId"])
    zone_id = zone_of(state.content, zone_id)
    problems = _problems(state, catalogue, definitions, zone_id, now)
    seen = await _see(state, zone_id, now)
    has_mistakes = any(problem.field.startswith(TREE_PLACE) for problem in problems)
    found = await _find(state, open_snapshot, zone_id, has_mistakes=has_mistakes)
    return Reviewed(
        state=state,
        time_zone_id=zone_id,
        problems=problems,
        seen=seen,
        matching=found.matching,
        evaluated_at=found.evaluated_at or now,
        active=found.active,
        warnings=warn(
            state.content,
            incomplete=[*problems, *_of_unreachable(state, catalogue, definitions)],
            seen=seen,
            matching=None if stored_tree(state.content) is None else found.matching,
            is_too_slow=found.is_too_slow,
        ),
    )


async def _see(state: WorkflowState, zone_id: str, now: datetime) -> Preview | None:
    schedule = stored_schedule(state.content)
    if schedule is None:
        return None
    return await asyncio.to_thread(preview, schedule, zone_id, after=now, count=_OCCURRENCES)


@dataclass(frozen=True, slots=True)
class _Found:
    matching: Matching | None
    active: int
    evaluated_at: datetime | None
    is_too_slow: bool = False


async def _find(state: WorkflowState, open_snapshot: OpenSnapshot, zone_id: str, *, has_mistakes: bool) -> _Found:
    try:
        async with open_snapshot() as snapshot:
            evaluated_at, _ = await snapshot.begin()
            matches = await find_matches(
                snapshot,
                None if has_mistakes else stored_tree(state.content),
                workflow_id=state.workflow_id,
                object_type_id=state.content["objectTypeId"],
                now=evaluated_at,
                zone=zone_id,
            )
    except EvaluationTooSlowError:
        return _Found(None, 0, None, is_too_slow=True)
    return _Found(None if has_mistakes else _matching(matches), len(matches.active), evaluated_at)


def _matching(matches: Matches) -> Matching:
    counts = matches.counts
    return Matching(
        total=counts.matched,
        already_enrolled=counts.already_enrolled,
        would_enroll=counts.enrolled,
        sample=list(islice(merge(matches.enrolled, matches.already), _SAMPLE)),
    )


def _problems(
    state: WorkflowState, catalogue: ActionCatalogue, definitions: Definitions, zone_id: str, now: datetime
) -> Sequence[Problem]:
    ask = partial(catalogue.turn_on_problems, object_type_id=state.content["objectTypeId"], definitions=definitions)
    return turn_on_problems(state.content, definitions=definitions, zone_id=zone_id, now=now, action_problems=ask)


def _of_unreachable(state: WorkflowState, catalogue: ActionCatalogue, definitions: Definitions) -> list[ProblemLike]:
    """Return what is wrong with actions that are kept and never run: no error, but worth a warning."""
    actions, object_type_id = state.content["actions"], state.content["objectTypeId"]
    return [
        problem
        for position in unreachable_positions(state.content)
        for problem in catalogue.turn_on_problems(
            actions[position], path=f"actions[{position}]", object_type_id=object_type_id, definitions=definitions
        )
    ]
