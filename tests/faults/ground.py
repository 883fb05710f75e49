"""What the fault tests stand on: services on a filled database, workflows over its leads, and the judge at the end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.e2e.flows import SetTo, daily_flow
from tests.e2e.stage import Cast, Stage, staged
from tests.faults.crm import Crm
from tests.faults.judge import Plan, Poison, Verdict, judge
from tests.faults.judge.witness import take_evidence


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

    async def plan(self, stage: Stage, *actions: SetTo, in_minutes: int = 60) -> Plan:
        """Turn a workflow on that is due every day in so many minutes from now and sets properties of all leads."""
        minute, on_from = await stage.minute_from_now(in_minutes), await stage.now()
        workflow_id = await stage.create(daily_flow("Faults", minute=minute, actions=actions))
        return Plan(workflow_id, minute, on_from, self.crm.leads, actions)


async def come_due(stage: Stage, *plans: Plan) -> datetime:
    """Let workflows that are due at the same minute come due, and return the instant."""
    return await stage.come_due(*(plan.workflow_id for plan in plans), minute=plans[0].minute)


async def run_through(stage: Stage, *plans: Plan) -> datetime:
    """Let workflows that are due at the same minute come due, and wait until they have ended."""
    due_at = await come_due(stage, *plans)
    for plan in plans:
        await stage.completed(plan.workflow_id, due_at)
    return due_at


async def verdict_on(stage: Stage, plans: Sequence[Plan], *, poison: Sequence[Poison] = ()) -> Verdict:
    """Take the evidence and judge."""
    return judge(await take_evidence(stage, plans, poison=poison), plans)
