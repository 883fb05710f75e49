"""Where causes come from that the history itself knows: what went wrong, and what should have come due and did not."""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg

from executor_service.history.domain.causes import Cause, CauseKind
from executor_service.history.domain.expectations import Expectation, not_decided
from shared.postgres import Pool, load_queries
from shared.schedule import parse_schedule

_QUERIES = load_queries(__file__)
_CAUSES_AT_ONCE: Final = 1000
_WORKFLOWS_AT_ONCE: Final = 500


class MetCauses:
    """What the log tells of: it happened, and is no more present than any other fact."""

    present: frozenset[CauseKind] = frozenset()

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def causes(self) -> Sequence[Cause]:
        """Return what went wrong since its item was written."""
        return [_met(row) for row in await self._pool.fetch(_QUERIES["unseen"], _CAUSES_AT_ONCE)]


class NotDecided:
    """What should have come due and was not decided in time, so that a scheduler that stands still is noticed.

    Each look is at a few hundred workflows, one round after the other; what was found earlier in a round still counts.
    Until the first round is complete nothing is said to be over.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._found: dict[int, Cause] = {}
        self._above = 0
        self._is_complete = False

    @property
    def present(self) -> frozenset[CauseKind]:
        """See CauseSource."""
        return frozenset({"NOT_DECIDED"}) if self._is_complete else frozenset()

    @property
    def count(self) -> int:
        """How many instants are not decided, as far as was looked."""
        return sum(cause.count for cause in self._found.values())

    async def causes(self) -> Sequence[Cause]:
        """Look at the next workflows and return one cause a workflow, of all that are known."""
        rows = await self._pool.fetch(_QUERIES["expected"], self._above, _WORKFLOWS_AT_ONCE)
        is_round_over = len(rows) < _WORKFLOWS_AT_ONCE
        until = None if is_round_over else rows[-1]["id"]
        self._forget(above=self._above, until=until)
        for row in rows:
            await asyncio.sleep(0)  # a schedule takes some time to compute, and others want to go on
            self._look(row)
        self._above = until or 0
        self._is_complete = self._is_complete or is_round_over
        return list(self._found.values())

    def _look(self, row: asyncpg.Record) -> None:
        try:
            cause = not_decided(_expectation(row), now=row["now"])
        except Exception:  # noqa: BLE001 # what cannot be computed the scheduler sets aside, and says so
            return
        if cause is not None:
            self._found[row["id"]] = cause

    def _forget(self, *, above: int, until: int | None) -> None:
        for workflow_id in [each for each in self._found if each > above and (until is None or each <= until)]:
            del self._found[workflow_id]


def _met(row: asyncpg.Record) -> Cause:
    return Cause(
        kind=row["kind"],
        workflow_id=row["workflow_id"],
        reason=row["reason"],
        count=row["count"],
        since=row["first_at"],
        last_at=row["last_at"],
        occurrence_id=row["occurrence_id"],
        sample=row["sample"],
        details=row["details"],
    )


def _expectation(row: asyncpg.Record) -> Expectation:
    return Expectation(
        workflow_id=row["id"],
        schedule=parse_schedule(row["schedule"]),
        time_zone_id=row["time_zone_id"],
        in_force_since=row["in_force_since"],
        due_last=row["due_at"],
        skipped_to=row["skipped_to"],
    )
