"""Loops that do nothing but call one pass: the pass does the work and is what tests call."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from shared.logs import described, get_logger
from shared.postgres import is_transient

_LONGEST_BACKOFF_SECONDS = 2.0
_FIRST_BACKOFF_SECONDS = 0.05


class Wake:
    """Something has happened, look now; a hint that several may wait for."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake whoever waits, or the next who will."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return when woken, or after some time."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


class Stop(Wake):
    """The service is to leave: no new pass begins."""

    @property
    def is_set(self) -> bool:
        """Tell whether the service is to leave."""
        return self._event.is_set()

    async def wait(self, seconds: float) -> None:
        """Return when the service is to leave, or after some time."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass


async def run_passes(name: str, once: Callable[[], Awaitable[float]], *, stop: Stop, wake: Wake | None = None) -> None:
    """Call `once` until the service is to leave.

    `once` returns for how many seconds there is nothing to do (0: look again at once); `wake` cuts the wait short.
    What passes by itself (the database is away) is tried again with backoff, anything else is logged and tried again,
    for a loop that ends takes its part of the service with it.
    """
    log = get_logger(name)
    backoff = _FIRST_BACKOFF_SECONDS
    while not stop.is_set:
        try:
            idle = await once()
            backoff = _FIRST_BACKOFF_SECONDS
        except Exception as error:  # the top of a loop: whatever it is, the next pass looks again
            if not is_transient(error):
                log.exception("A pass failed and is tried again", error=described(error))
            idle, backoff = backoff, min(backoff * 2, _LONGEST_BACKOFF_SECONDS)
        if idle > 0 and not stop.is_set:
            await _rest(idle, stop=stop, wake=wake)


async def _rest(seconds: float, *, stop: Stop, wake: Wake | None) -> None:
    waits = [asyncio.ensure_future(stop.wait(seconds))]
    if wake is not None:
        waits.append(asyncio.ensure_future(wake.wait(seconds)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def seconds_of(duration: timedelta) -> float:
    """Return a duration in seconds, never below zero."""
    return max(duration.total_seconds(), 0.0)
