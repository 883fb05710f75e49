"""Locks on files of the state directory, which the operating system frees when their last holder has died.

There are two kinds. `launcher.lock` is held by the one launcher of a state directory. Each child process has a lock
of its own, taken by the launcher and *inherited* by the child, which alone keeps it open. So a child's lock is free
exactly when no process of that server lives any more, a PostgreSQL backend that outlives its killed postmaster
included. Whoever has it may remove what the last one left (a stale `postmaster.pid`, whose number may meanwhile be
another program's) and start a new one on the same data. Kafka's own lock does not protect: a second broker is
refused, but may take the first one down with it.
"""

import asyncio
import fcntl
import os
import time
from pathlib import Path

_PAUSE_SECONDS = 0.05


class LockHeldError(Exception):
    """Somebody else holds the lock."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"Another process holds {path}")
        self.path = path


def take_lock(path: Path) -> int:
    """Give the descriptor that holds the lock until it is closed; raise `LockHeldError` if it is not free now."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise LockHeldError(path) from None
    return descriptor


async def take_lock_within(path: Path, seconds: float) -> int:
    """Take the lock as `take_lock` does, waiting for it up to so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return take_lock(path)
        except LockHeldError:
            await asyncio.sleep(_PAUSE_SECONDS)
    return take_lock(path)
