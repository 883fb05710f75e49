"""The check that the history is what the log says: filled anew beside the live one, and compared with it.

Most of it is done beside the running projector. Only the last events and the comparison are done while it waits, for
only at one and the same position are the two histories the same.
"""

from dataclasses import dataclass

from executor_service.history.rebuilding.comparing import Difference, first_difference
from executor_service.history.rebuilding.filling import LIVE_SCHEMA, catch_up, drop, opened, rebuild
from executor_service.history.store import HistoryReader
from shared.postgres import Pool, load_queries

_QUERIES = load_queries(__file__.replace("replaying.py", "comparing.py"))
_SCHEMA = "history_replay"
_CLOSE_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found: how many events up to which position, and where the live history parts from them."""

    position: int
    events: int
    difference: Difference | None


async def replay(url: str) -> Replay:
    """Fill a schema beside the live history up to its checkpoint, compare, and drop it again.

    Raises UnknownEventError for an event that this release cannot read.
    """
    async with opened(url, LIVE_SCHEMA) as live:
        count = await rebuild(url, until=await live.fetchval(_QUERIES["checkpoint"]), schema=_SCHEMA)
        try:
            async with opened(url, _SCHEMA) as rebuilt:
                while late := await catch_up(rebuilt, until=await live.fetchval(_QUERIES["checkpoint"])):
                    count += late
                    if late < _CLOSE_EVENTS:
                        break
                return await _compare(live, rebuilt, count)
        finally:
            await drop(url, _SCHEMA)


async def _compare(live: Pool, rebuilt: Pool, count: int) -> Replay:
    async with live.acquire() as held, held.transaction():
        position: int = await held.fetchval(_QUERIES["lock_checkpoint"])
        count += await catch_up(rebuilt, until=position)
        ours = await HistoryReader(held).digests()  # type: ignore[arg-type] # the pool's proxy stands for it
        async with rebuilt.acquire() as beside:
            theirs = await HistoryReader(beside).digests()  # type: ignore[arg-type] # the pool's proxy
            tables = {table for table in ours if ours[table] != theirs[table]}
            found = await first_difference(held, beside, tables) if tables else None  # type: ignore[arg-type] # proxies
        return Replay(position, count, found)
