"""Reads the log itself up to the projector's checkpoint, so that nothing can appear behind a reader."""

import asyncio
from dataclasses import dataclass
from typing import Final

from executor_service.history.ports import EventFilter
from shared.event_store import RecordedEvent
from shared.postgres import Pool, load_queries
from shared.postgres_event_store import to_recorded

_QUERIES = load_queries(__file__)
# An event may be about 50,000 records: a page ends with the event that exceeds this.
_ID_BYTES: Final = 1_000_000
# No index leads to the events of one type: they are looked for among so many at a time, and no longer than this.
_WINDOW: Final = 20_000
_SEARCH_SECONDS: Final = 2.0
_FIRST_LOOK_SECONDS: Final = 0.01
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events, the position up to which there are no others, and the checkpoint."""

    events: list[RecordedEvent]
    reached: int
    end: int

    @property
    def is_last(self) -> bool:
        """Tell whether nothing follows."""
        return self.reached >= self.end


class LogReader:
    """The log of the executor as others read it. One look at the checkpoint serves all who wait in this process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._looking = asyncio.Lock()
        self._looked_at = float("-inf")
        self._checkpoint = 0

    async def read(self, which: EventFilter, *, after: int, limit: int) -> LogPage:
        """Return up to `limit` events behind a position; fewer, and not the last ones, when finding more takes long."""
        clock = asyncio.get_running_loop().time
        begun, found, reached = clock(), list[RecordedEvent](), after
        end = await self._pool.fetchval(_QUERIES["checkpoint"])
        while reached < end and clock() - begun < _SEARCH_SECONDS:
            is_search = which.type is not None and which.stream is None
            until = min(end, reached + _WINDOW) if is_search else end
            wanted = limit - len(found)
            parameters = (reached, until, wanted, which.stream, which.type, _ID_BYTES)
            rows = await self._pool.fetch(_QUERIES["read"], *parameters)
            found.extend(map(to_recorded, rows))
            if rows and (len(rows) == wanted or rows[0]["found"] > len(rows)):
                return LogPage(found, found[-1].position, end)
            reached = until
        return LogPage(found, reached, end)

    async def wait_for(self, position: int, *, seconds: float) -> bool:
        """Tell whether the history reached a position within some time."""
        look = _FIRST_LOOK_SECONDS
        try:
            async with asyncio.timeout(seconds):
                while await self._pool.fetchval(_QUERIES["checkpoint"]) < position:
                    await asyncio.sleep(look)
                    look = min(look * 2, _LOOK_SECONDS)
        except TimeoutError:
            return False
        return True

    async def checkpoint(self) -> int:
        """Return the position up to which the history stands, as it was a tenth of a second ago at most."""
        clock = asyncio.get_running_loop().time
        async with self._looking:
            if clock() - self._looked_at >= _LOOK_SECONDS:
                self._checkpoint = await self._pool.fetchval(_QUERIES["checkpoint"])
                self._looked_at = clock()
        return self._checkpoint
