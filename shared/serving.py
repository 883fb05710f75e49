"""Running one process of a service: HTTP beside everything else, and leaving when told to.

On SIGTERM or SIGINT no new work begins, what is in hand ends, and the process leaves within fifteen seconds whatever is
away: what was accepted is in PostgreSQL. A Faust app that cannot reach its broker never stops, not even when cancelled,
so it is left behind with the process.
"""

import asyncio
import os
import signal
import socket
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


class PortTakenError(OSError):
    """Nobody can listen at an address: another program does, or it is not ours."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"nothing can be served at {host}:{port}: {reason}")
        self.host = host
        self.port = port


def listen_at(host: str, port: int) -> socket.socket:
    """Return a socket that is bound; raises PortTakenError. To be called before anything else begins."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise PortTakenError(host, port, getattr(error, "strerror", None) or str(error)) from error
    return listener


async def serve_http(api: ASGIApp, listener: socket.socket, stop: Stop) -> None:
    """Answer until told to stop."""
    server = _Server(uvicorn.Config(api, log_config=None, lifespan="off", access_log=False))
    serving = asyncio.ensure_future(server.serve([listener]))
    stopping = asyncio.ensure_future(stop.wait(float("inf")))
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving


def stop_on_signals() -> Stop:
    """Return what is set on SIGTERM or SIGINT, from now on, in the running loop."""
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def serve_until_told(
    run: Callable[[Stop], Coroutine[Any, Any, None]], stop: Stop, *, abandoned: Callable[[], bool]
) -> None:
    """Run a service until told to stop, or until it fails; then wait for what is in hand.

    `abandoned` tells whether something was left behind that would keep the process from ending.
    """
    running = asyncio.ensure_future(run(stop))
    stopping = asyncio.ensure_future(stop.wait(float("inf")))
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    _, late = await asyncio.wait({running}, timeout=_DRAIN_SECONDS)
    if late or abandoned():
        get_logger("serving").warning("The process leaves without waiting for what does not end")
        os._exit(0)
    running.result()
