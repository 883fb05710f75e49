"""Running one process of a service: HTTP beside everything else, and leaving when told to.

On SIGTERM or SIGINT no new work begins, what is in hand ends, and the process leaves within fifteen seconds whatever is
away: what was accepted is in PostgreSQL. A Faust app that cannot reach its broker never stops, not even when cancelled,
so it is left behind with the process.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from shared.logs import get_logger
from shared.loops import Stop

_DRAIN_SECONDS = 14.0


class _Server(uvicorn.Server):
    """A server that leaves the signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve_http(api: ASGIApp, host: str, port: int, stop: Stop) -> None:
    """Answer until told to stop."""
    server = _Server(uvicorn.Config(api, host=host, port=port, log_config=None, lifespan="off", access_log=False))
    serving = asyncio.ensure_future(server.serve())
    stopping = asyncio.ensure_future(stop.wait(float("inf")))
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving


async def serve_until_told(run: Callable[[Stop], Coroutine[Any, Any, None]], *, abandoned: Callable[[], bool]) -> None:
    """Run a service until SIGTERM or SIGINT, or until it fails; then wait for what is in hand.

    `abandoned` tells whether something was left behind that would keep the process from ending.
    """
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = asyncio.ensure_future(run(stop))
    stopping = asyncio.ensure_future(stop.wait(float("inf")))
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    _, late = await asyncio.wait({running}, timeout=_DRAIN_SECONDS)
    if late or abandoned():
        get_logger("serving").warning("The process leaves without waiting for what does not end")
        os._exit(0)
    running.result()
