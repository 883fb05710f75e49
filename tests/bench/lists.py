"""B7: every list of the history at ten million enrollments, by HTTP, at any depth."""

import random
from collections.abc import Callable, Mapping
from time import perf_counter

import httpx2

from deploy.local.services import Launch
from executor_service.history.rebuilding.filling import catch_up, opened
from executor_service.web.cursors import encode_cursor
from shared.postgres import Connection
from tests.bench.figures import Figure, percentile
from tests.bench.ground import Ground
from tests.bench.history_log import PAGE_SIZE, stored_log

_BAR_MS = 30
_HIGHEST = "SELECT max(position) FROM events"
_LOOK_UP = "SELECT occurrence_id, size FROM history.pages WHERE position = $1"
_POSITIONS = "SELECT position FROM history.pages"
_OCCURRENCES = "SELECT id FROM history.occurrences"

Draw = Callable[[], str]


async def measure(ground: Ground) -> list[Figure]:
    """Return the 95th percentile of each list, each call at a place of its own."""
    scene, workflow_id = await stored_log(ground)
    highest = await scene.connection.fetchval(_HIGHEST)
    async with opened(scene.url, "history") as pool:
        await catch_up(pool, until=highest)
    await scene.connection.execute("VACUUM (ANALYZE)")
    occurrences = [row["id"] for row in await scene.connection.fetch(_OCCURRENCES)]
    records = ground.sizes.enrollments // len(occurrences)
    limit = await _look_up_ms(scene.connection, ground.sizes.draws)
    figures = []
    async with ground.engine("B7", scene, (Launch(roles=("api",)),)) as engine:
        for name, draw in _lists(workflow_id, highest, occurrences, records).items():
            p95 = await _p95_ms(engine.client, draw, ground.sizes.draws)
            figures.append(
                Figure("B7", f"{name}, p95", p95, "ms", limit, "ms, one index look-up, p95", _BAR_MS, at_most=True)
            )
    return figures


def _lists(workflow_id: int, highest: int, occurrences: list[object], records: int) -> Mapping[str, Draw]:
    base = f"/v1/workflows/{workflow_id}"

    def cursor() -> str:
        return encode_cursor(random.randrange(1, highest + 1), 0, random.randrange(1, PAGE_SIZE + 1))

    def record() -> int:
        return random.randrange(1, records + 1)

    return {
        "workflows": lambda: "/v1/workflows",
        "occurrences": lambda: f"{base}/occurrences",
        "occurrences by state": lambda: f"{base}/occurrences?state=EVALUATED",
        "enrollments": lambda: f"{base}/enrollments?cursor={cursor()}",
        "enrollments of an occurrence": lambda: (
            f"{base}/enrollments?occurrenceId={random.choice(occurrences)}&cursor={cursor()}"
        ),
        "active enrollments": lambda: f"{base}/enrollments?status=ACTIVE&cursor={cursor()}",
        "completed enrollments": lambda: f"{base}/enrollments?status=COMPLETED&cursor={cursor()}",
        "unenrolled": lambda: f"{base}/enrollments?status=UNENROLLED&cursor={cursor()}",
        "enrollments of a record": lambda: f"{base}/enrollments?recordId={record()}",
        "a record's enrollments in all workflows": lambda: f"/v1/records/0-1/{record()}/enrollments",
        "action log": lambda: f"{base}/action-log?cursor={cursor()}",
        "action log of an action": lambda: f"{base}/action-log?actionId=1&cursor={cursor()}",
        "action log, alerts": lambda: f"{base}/action-log?group=ALERT&cursor={cursor()}",
        "action log of a record": lambda: f"{base}/action-log?recordId={record()}",
        "metrics": lambda: f"{base}/metrics",
        "the log": lambda: f"/v1/events?limit=10&after={random.randrange(highest)}",
    }


async def _p95_ms(client: httpx2.AsyncClient, draw: Draw, draws: int) -> float:
    (await client.get(draw())).raise_for_status()
    taken = []
    for _ in range(draws):
        began = perf_counter()
        answer = await client.get(draw())
        taken.append((perf_counter() - began) * 1_000)
        answer.raise_for_status()
    return percentile(taken, 0.95)


async def _look_up_ms(connection: Connection, draws: int) -> float:
    positions = [row["position"] for row in await connection.fetch(_POSITIONS)]
    taken = []
    for position in random.choices(positions, k=draws):
        began = perf_counter()
        await connection.fetchrow(_LOOK_UP, position)
        taken.append((perf_counter() - began) * 1_000)
    return percentile(taken, 0.95)
