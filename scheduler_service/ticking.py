"""The pass of the tick's loop: tick, count, and say how long to rest."""

import asyncio
from collections.abc import Awaitable, Callable

from scheduler_service.handlers import Ticked, rest_seconds

_WAIT_FOR_LIFECYCLE_SECONDS = 5.0
_LOOK_AGAIN_SECONDS = 0.02
_STALE_SECONDS = 10.0


class Ticking:
    """Ticks one after the other.

    The first one waits a few seconds for the changes that arrived while no scheduler ran: a workflow that was turned
    off meanwhile had better not be found due. A broker that is away holds nothing back for longer.
    """

    def __init__(
        self, *, tick: Callable[[], Awaitable[Ticked]], observe: Callable[[Ticked], None], may_begin: Callable[[], bool]
    ) -> None:
        self._tick = tick
        self._observe = observe
        self._may_begin = may_begin
        self._begun_at: float | None = None
        self._ticked_at: float | None = None

    async def pass_(self) -> float:
        """Decide what has come due and return the seconds until the next look."""
        begun = asyncio.get_running_loop().time()
        if self._ticked_at is None and not self._may_tick(begun):
            return _LOOK_AGAIN_SECONDS
        ticked = await self._tick()
        self._observe(ticked)
        self._ticked_at = asyncio.get_running_loop().time()
        return rest_seconds(ticked, elapsed=self._ticked_at - begun)

    def trouble(self) -> str | None:
        """Return what is wrong with the ticks, None for nothing."""
        if self._ticked_at is None:
            return "no tick yet"
        age = asyncio.get_running_loop().time() - self._ticked_at
        return None if age < _STALE_SECONDS else f"the last tick was {age:.0f} s ago"

    def _may_tick(self, now: float) -> bool:
        self._begun_at = self._begun_at or now
        return self._may_begin() or now - self._begun_at > _WAIT_FOR_LIFECYCLE_SECONDS
