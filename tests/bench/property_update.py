"""B2: from the due event until all leads have a property updated, projected and published."""

from collections.abc import Sequence
from time import perf_counter

from deploy.local.services import Launch, Surroundings
from shared.postgres import Connection
from tests.bench.contacts import Crowd, flow
from tests.bench.engine import Engine, running_engine
from tests.bench.figures import Figure

_BARE = """
UPDATE executor.records SET properties = properties || jsonb_build_object('jobtitle', $1::text)
WHERE object_type_id = '0-1' AND archived_at IS NULL AND properties -> 'lifecyclestage' = '"lead"'
"""
_BAR = 40_000
_WITHOUT_WORKERS = Launch(roles=("api", "consumer", "relay", "projector"))
_ONE_WORKER = Launch(roles=("worker",), environment={"WORKFLOWS_WORKERS": "1"})


Layout = tuple[str, Sequence[Launch]]

ONE_PROCESS: Layout = ("one process", (Launch(),))
MORE_PROCESSES: Sequence[Layout] = (
    ("1 worker process beside one for the rest", (_WITHOUT_WORKERS, _ONE_WORKER)),
    ("2 worker processes", (_WITHOUT_WORKERS, *[_ONE_WORKER] * 2)),
    ("4 worker processes", (_WITHOUT_WORKERS, *[_ONE_WORKER] * 4)),
)


async def measure_property_update(
    surroundings: Surroundings, connection: Connection, crowd: Crowd, layouts: Sequence[Layout]
) -> list[Figure]:
    """Return B2 for each layout of processes; the bar is that of one process, the limit measured before and after."""
    figures = []
    before = await _bare(connection, crowd, "bare before")
    for number, (name, executors) in enumerate(layouts):
        async with running_engine(surroundings, connection, executors=executors) as engine:
            seconds = await _update(engine, crowd, f"Bench {number}")
        after = await _bare(connection, crowd, f"bare after {number}")
        bar = _BAR / crowd.bars_divided_by if len(executors) == 1 else None
        what = f"{crowd.leads:,} of {crowd.records:,} through one update, {crowd.name}, {name}"
        limit = (before + after) / 2
        figures.append(Figure("B2", what, crowd.leads / seconds, "records/s", limit, "bare UPDATE", bar))
        before = after
    return figures


async def _update(engine: Engine, crowd: Crowd, value: str) -> float:
    now = await engine.now()
    minute = (now.hour * 60 + now.minute + 60) % 1440
    seconds = await engine.run_once(flow(value, value, minute=minute))
    updated = await engine.connection.fetchval(
        "SELECT count(*) FROM executor.records WHERE properties ->> 'jobtitle' = $1", value
    )
    if updated != crowd.leads:
        raise AssertionError(f"{updated} records were updated, not {crowd.leads}")
    return seconds


async def _bare(connection: Connection, crowd: Crowd, value: str) -> float:
    began = perf_counter()
    await connection.execute(_BARE, value)
    rate = crowd.leads / (perf_counter() - began)
    await connection.execute("VACUUM executor.records")
    return rate
