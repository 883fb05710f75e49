"""B2: from the due event until all 400,000 leads have a property updated, projected and published."""

from collections.abc import Sequence
from time import perf_counter

from deploy.local.services import Launch, Surroundings
from shared.postgres import Connection
from tests.bench.contacts import LEADS, flow
from tests.bench.engine import Engine, running_engine
from tests.bench.figures import Figure

_BARE = """
UPDATE executor.records SET properties = properties || jsonb_build_object('jobtitle', $1::text)
WHERE object_type_id = '0-1' AND archived_at IS NULL AND properties -> 'lifecyclestage' = '"lead"'
"""
_BAR = 40_000
_WITHOUT_WORKERS = Launch(roles=("api", "consumer", "relay", "projector"))
_ONE_WORKER = Launch(roles=("worker",), environment={"WORKFLOWS_WORKERS": "1"})


async def measure_property_update(surroundings: Surroundings, connection: Connection) -> list[Figure]:
    """Return B2 in one process, and with one, two and four worker processes beside one without workers."""
    figures = []
    before = await _bare(connection, "bare before")
    for number, (what, executors) in enumerate(_layouts()):
        async with running_engine(surroundings, connection, executors=executors) as engine:
            seconds = await _update(engine, number)
        after = await _bare(connection, f"bare after {number}")
        limit = (before + after) / 2
        figures.append(
            Figure("B2", what, LEADS / seconds, "records/s", limit, "bare UPDATE", _BAR if number == 0 else None)
        )
        before = after
    return figures


def _layouts() -> Sequence[tuple[str, Sequence[Launch]]]:
    return (
        ("400,000 through one update, one process", (Launch(),)),
        ("the same, 1 worker process", (_WITHOUT_WORKERS, _ONE_WORKER)),
        ("the same, 2 worker processes", (_WITHOUT_WORKERS, *[_ONE_WORKER] * 2)),
        ("the same, 4 worker processes", (_WITHOUT_WORKERS, *[_ONE_WORKER] * 4)),
    )


async def _update(engine: Engine, number: int) -> float:
    now = await engine.now()
    minute = (now.hour * 60 + now.minute + 60) % 1440
    value = f"Bench {number}"
    seconds = await engine.run_once(flow(value, value, minute=minute))
    updated = await engine.connection.fetchval(
        "SELECT count(*) FROM executor.records WHERE properties ->> 'jobtitle' = $1", value
    )
    if updated != LEADS:
        raise AssertionError(f"{updated} records were updated, not {LEADS}")
    return seconds


async def _bare(connection: Connection, value: str) -> float:
    began = perf_counter()
    await connection.execute(_BARE, value)
    rate = LEADS / (perf_counter() - began)
    await connection.execute("VACUUM executor.records")
    return rate
