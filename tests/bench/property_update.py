"""B2: from the due event until all leads have a property updated, projected and published."""

from collections.abc import Sequence
from time import perf_counter

from deploy.local.services import Launch
from shared.postgres import Connection
from tests.bench.contacts import Crowd, flow, narrow, wide
from tests.bench.engine import Engine
from tests.bench.figures import Figure
from tests.bench.ground import Ground, Scene
from tests.bench.peer import measure_peers

_BARE = """
UPDATE executor.records SET properties = properties || jsonb_build_object('jobtitle', $1::text)
WHERE object_type_id = '0-1' AND archived_at IS NULL AND properties -> 'lifecyclestage' = '"lead"'
"""
_BAR = 40_000
_LEAST_RATIO = 0.2
# The first one meets a broker and sessions that have just been started.
_ROUNDS = 2
_WITHOUT_WORKERS = Launch(roles=("api", "consumer", "relay", "projector"))
_ONE_WORKER = Launch(roles=("worker",), environment={"WORKFLOWS_WORKERS": "1"})

Layout = tuple[str, Sequence[Launch]]

ONE_PROCESS: Layout = ("one process", (Launch(),))
_MORE_PROCESSES: Sequence[Layout] = (
    ("1 worker process beside one for the rest", (_WITHOUT_WORKERS, _ONE_WORKER)),
    ("2 worker processes", (_WITHOUT_WORKERS, *[_ONE_WORKER] * 2)),
    ("4 worker processes", (_WITHOUT_WORKERS, *[_ONE_WORKER] * 4)),
)


async def measure(ground: Ground) -> list[Figure]:
    """Return B2 for each layout of processes, with a hundred properties in one, and of its peers."""
    ten, hundred = narrow(ground.sizes.contacts), wide(ground.sizes.wide_contacts)
    scene = await ground.contacts(ten, "narrow")
    figures = await _measure(ground, scene, ten, [ONE_PROCESS, *_MORE_PROCESSES])
    figures += await measure_peers(scene.url, scene.connection, ground.sizes.jobs, figures[0].value)
    return figures + await _measure(ground, await ground.contacts(hundred, "wide"), hundred, [ONE_PROCESS])


async def _measure(ground: Ground, scene: Scene, crowd: Crowd, layouts: Sequence[Layout]) -> list[Figure]:
    """Return the better of two rounds; the bar is that of one process, the limit is measured before and after each."""
    figures = []
    before = await bare_update(scene.connection, crowd, "bare before")
    for number, (name, executors) in enumerate(layouts):
        async with ground.engine("B2", scene, executors) as engine:
            seconds = min([await update_leads(engine, crowd, f"Bench {number} {each}") for each in range(_ROUNDS)])
        after = await bare_update(scene.connection, crowd, f"bare after {number}")
        is_one = len(executors) == 1
        figures.append(
            Figure(
                "B2",
                f"{crowd.leads:,} of {crowd.records:,} through one update, {crowd.name}, {name}",
                crowd.leads / seconds,
                "records/s",
                (before + after) / 2,
                "bare UPDATE",
                _BAR / crowd.bars_divided_by if is_one else None,
                least_ratio=_LEAST_RATIO if is_one else None,
            )
        )
        before = after
    return figures


async def update_leads(engine: Engine, crowd: Crowd, value: str) -> float:
    """Have a new workflow come due, and return the seconds until all leads are updated, projected and published."""
    now = await engine.now()
    minute = (now.hour * 60 + now.minute + 60) % 1440
    seconds = await engine.run_once(flow(value, value, minute=minute))
    updated = await engine.connection.fetchval(
        "SELECT count(*) FROM executor.records WHERE properties ->> 'jobtitle' = $1", value
    )
    if updated != crowd.leads:
        raise AssertionError(f"{updated} records were updated, not {crowd.leads}")
    return seconds


async def bare_update(connection: Connection, crowd: Crowd, value: str) -> float:
    """Return the rate of the bare statement on the same rows."""
    began = perf_counter()
    await connection.execute(_BARE, value)
    rate = crowd.leads / (perf_counter() - began)
    await connection.execute("VACUUM executor.records")
    return rate
