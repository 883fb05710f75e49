"""Waiting for what comes about by itself: asked again and again until a deadline, which names what did not come."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

import httpx2

from shared.postgres import is_transient

PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.05

Found = TypeVar("Found")


class NotInTimeError(AssertionError):
    """Something awaited did not come."""

    def __init__(self, what: str, seconds: float, last: object) -> None:
        super().__init__(f"not within {seconds:.0f} s: {what} (last seen: {last!r})")
        self.what = what


async def eventually(
    what: str, look: Callable[[], Awaitable[Found | None]], *, seconds: float = PATIENCE_SECONDS
) -> Found:
    """Ask until the answer is true, and return it; raises NotInTimeError, which says what was awaited.

    A server that is away while one asks is asked again.
    """
    deadline = perf_counter() + seconds
    last: object = None
    while perf_counter() < deadline:
        try:
            found = await look()
            if found:
                return found
            last = found
        except httpx2.TransportError as error:
            last = error
        except Exception as error:  # sorted out in the next line
            if not is_transient(error):
                raise
            last = error
        await asyncio.sleep(_LOOK_SECONDS)
    raise NotInTimeError(what, seconds, last)
