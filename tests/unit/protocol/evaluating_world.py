"""What the model of evaluation is made of, and the product's own decision about an occurrence."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from executor_service.execution.domain.occurrences import Verdict, decide_occurrence
from executor_service.workflows.domain.revision import EndedPause, Graph, InForce, Revision

_RESUMED: Final = datetime(2026, 11, 27, 9, tzinfo=UTC)


class Rule(StrEnum):
    """What keeps evaluation right; each can be taken away."""

    ONE_EVALUATOR = "only the session that holds EVALUATE evaluates"
    SNAPSHOT_AFTER_LOCK = "who is active is read after EVALUATE is held"
    DECIDED_AGAIN = "the writing transaction decides again"
    ZONE_COMPARED = "the zone is compared as well as the revision when it is decided again"
    ROW_LOCKED = "a change and the writing transaction lock the workflow's row"
    CLOCK_UNDER_ROW = "a change reads the clock after it has locked the row"
    IN_ORDER = "the head of the queue is taken"
    ON_ITS_SESSION = "the writing transaction runs on the session that holds EVALUATE"
    SESSION_ENDED = "the session of an evaluator that stands still is ended"
    ATTEMPTS_COUNTED = "an attempt is counted in a statement that commits before the work"


class Plan(NamedTuple):
    """What a workflow runs by."""

    revision: int
    zone: str


NO_PLAN: Final = Plan(0, "")


class Occurrence(NamedTuple):
    """An occurrence; `plan`: what it was evaluated by."""

    state: Literal["DUE", "EVALUATED", "SKIPPED", "FAILED"] = "DUE"
    plan: Plan = NO_PLAN
    attempts: int = 0


class Evaluator(NamedTuple):
    """An evaluator, and what it knows of the occurrence it has taken."""

    phase: Literal["AWAY", "SEEN", "HOLDS", "HEAD", "DECIDED", "FOUND", "SKIPS"] = "AWAY"
    taken: int = -1
    plan: Plan = NO_PLAN
    already: bool = False
    has_session: bool = True
    stands: bool = False


class Change(NamedTuple):
    """How far the change is: the clock read, the row locked, both, committed, answered."""

    phase: Literal["BEFORE", "READ", "LOCKED", "DECIDED", "COMMITTED", "ANSWERED", "RESUMED"] = "BEFORE"
    effective: int = -1


class State(NamedTuple):
    """The occurrences, those for which the record is active, the evaluators, the change, the clock, faults to come."""

    occurrences: tuple[Occurrence, ...]
    evaluators: tuple[Evaluator, ...]
    change: Change = Change()
    active: tuple[int, ...] = ()
    clock: int = 0
    kills: int = 0
    stops: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """When the occurrences are due, what changes, which faults come. `deadly`: evaluating kills its process."""

    due: tuple[int, ...]
    change: Literal["none", "edit", "zone", "off", "pause"] = "none"
    kills: int = 0
    stops: int = 0
    deadly: bool = False


class Held(NamedTuple):
    """What held at an instant: the plan, whether it was on; and whether it is on, or paused, now."""

    plan: Plan
    was_on: bool
    is_on: bool
    is_paused: bool


@lru_cache
def decide(held: Held, *, was_paused: bool) -> Verdict:
    """Return what the product decides by what held; under the policy ALL, when there was a pause."""
    pause = EndedPause(_RESUMED, "ALL") if was_paused else None
    in_force = InForce(
        on=held.was_on,
        on_now=held.is_on,
        deleted=False,
        schedule="NAMED",
        revision=_revision(held.plan),
        paused_now=held.is_paused,
        pause=pause,
    )
    return decide_occurrence(in_force, is_skipped=False)


def _revision(plan: Plan) -> Revision:
    return Revision(
        workflow_id=1,
        revision=plan.revision,
        object_type_id="0-1",
        tree=None,
        graph=Graph(None, {}),
        schedule=None,
        time_zone_id=plan.zone,
    )


def plan_of(revision: Revision) -> Plan:
    """Return what a revision is in the model."""
    return Plan(revision.revision, revision.time_zone_id)
