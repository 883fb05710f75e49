"""How much work waits, and for how long: what says whether more workers are wanted."""

from typing import Final

from executor_service.workflows.ports import Workflows
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)
_MOST_COUNTED: Final = 10_000
_MOST_WORKFLOWS: Final = 100


class Waiting:
    """Looks at what waits, on one connection."""

    def __init__(self, connection: Connection, workflows: Workflows) -> None:
        self._connection = connection
        self._workflows = workflows

    async def counts(self) -> dict[str, int]:
        """Return how many occurrences are `DUE`, and how many `EVALUATED`; each counted up to 10,000."""
        rows = await self._connection.fetch(_QUERIES["counts"], _MOST_COUNTED)
        return {row["state"]: row["count"] for row in rows}

    async def oldest_evaluation_seconds(self) -> float:
        """Return for how long the oldest occurrence has waited that may be evaluated; 0 when none does."""
        return await self._oldest("evaluations")

    async def oldest_cohort_seconds(self) -> float:
        """Return for how long the oldest cohort has been ready that may be claimed; 0 when none is."""
        return await self._oldest("cohorts")

    async def _oldest(self, query: str) -> float:
        # What is paused is no work; beyond a hundred workflows that are, nobody looks.
        for row in await self._connection.fetch(_QUERIES[query], _MOST_WORKFLOWS):
            if not (await self._workflows.standing(row["workflow_id"])).is_paused:
                return max(float(row["seconds"]), 0.0)
        return 0.0
