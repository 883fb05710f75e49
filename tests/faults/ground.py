"""What the fault tests stand on: services on a filled database, workflows over its leads, and the judge at the end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.e2e.flows import Action, Fork, PublishTo, RaiseBy, SetTo, WaitMinutes, daily_flow
from tests.e2e.stage import PUBLISHED, Cast, Stage, staged
from tests.e2e.waiting import PATIENCE_SECONDS, eventually
from tests.faults.crm import Crm
from tests.faults.journal import Journal
from tests.faults.judge import Plan, Poison, Verdict, judge
from tests.faults.judge.witness import take_evidence

RICH = (
    Fork("state", "North", then="2", otherwise="3"),
    RaiseBy("hubspotscore", 5),
    WaitMinutes(1),
    SetTo("jobtitle", "Lead"),
    PublishTo(PUBLISHED),
)
"""A branch, an increase on one side of it, a delay, a write and a message: every kind of action there is."""
_IS_QUIET = """
SELECT NOT EXISTS (SELECT FROM executor.occurrences WHERE state IN ('DUE', 'EVALUATED'))
   AND NOT EXISTS (SELECT FROM executor.cohorts)
   AND NOT EXISTS (SELECT FROM executor.unenrollment_requests WHERE ended_at IS NULL)
   AND (SELECT count(*) FROM executor.commands_taken) >= $1
"""
_WAITS = "SELECT count(*) FROM executor.cohorts WHERE phase = 'WAITING'"
_HOLDS = "SELECT count(*) = $3 FROM executor.records WHERE id = ANY ($1) AND properties ->> $2 = $4"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a test may run services."""

    crm: Crm
    kafka: str
    folder: Path

    @property
    def prefix(self) -> str:
        """What stands before the names of the topics."""
        return self.crm.name + "."

    @asynccontextmanager
    async def stage(self, cast: Cast | None = None) -> AsyncIterator[Stage]:
        """Run services."""
        async with staged(
            database_url=self.crm.url,
            kafka=self.kafka,
            key=self.crm.key,
            folder=self.folder,
            prefix=self.prefix,
            cast=cast,
        ) as stage:
            yield stage

    async def plan(
        self,
        stage: Stage,
        *actions: Action,
        in_minutes: int = 60,
        of: str = "lead",
        failing: frozenset[int] = frozenset(),
    ) -> Plan:
        """Turn a workflow on that is due every day in so many minutes from now, over all leads or all customers."""
        minute, on_from = await stage.minute_from_now(in_minutes), await stage.now()
        workflow_id = await stage.create(daily_flow("Faults", minute=minute, actions=actions, stage=of))
        matches = self.crm.leads if of == "lead" else self.crm.others
        return Plan(workflow_id, minute, on_from, matches, actions, forked=self.crm.north, failing=failing)


async def come_due(stage: Stage, *plans: Plan) -> datetime:
    """Let workflows that are due at the same minute come due, and return the instant."""
    return await stage.come_due(*(plan.workflow_id for plan in plans), minute=plans[0].minute)


async def run_through(stage: Stage, *plans: Plan) -> datetime:
    """Let workflows that are due at the same minute come due, and wait until they have ended."""
    due_at = await come_due(stage, *plans)
    for plan in plans:
        await stage.completed(plan.workflow_id, due_at)
    return due_at


async def quiet(stage: Stage, journal: Journal, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until all that was asked for is done; delays end at once, for their time is let pass."""
    commands = sum(wish.trigger == "COMMAND" for wish in journal.wishes)

    async def look() -> bool:
        if await stage.pool.fetchval(_WAITS):
            await stage.let_pass(1)
        return bool(await stage.pool.fetchval(_IS_QUIET, commands)) and await _holds(stage, journal)

    await eventually("all that was asked for is done", look, seconds=seconds)


async def _holds(stage: Stage, journal: Journal) -> bool:
    """Tell whether the records hold what others told of them."""
    last: dict[tuple[str, str], list[int]] = {}
    for record_id, told in journal.told.items():
        for name, value in told.items():
            last.setdefault((name, value), []).append(record_id)
    found = [await stage.pool.fetchval(_HOLDS, ids, name, len(ids), value) for (name, value), ids in last.items()]
    return all(found)


async def verdict_on(
    stage: Stage, plans: Sequence[Plan], *, poison: Sequence[Poison] = (), journal: Journal | None = None
) -> Verdict:
    """Take the evidence and judge."""
    return judge(await take_evidence(stage, plans, poison=poison, journal=journal), plans)
