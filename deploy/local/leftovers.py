"""Ending what a launcher left that could not stop its children itself."""

import asyncio
import signal
import time

import psutil

from deploy.local.child import Report
from deploy.local.processes import ProcessRecord
from deploy.local.state import State

_PAUSE_SECONDS = 0.05
_STOP_WITHIN_SECONDS = 15


async def end_leftovers(state: State, report: Report) -> None:
    """End every process the state directory knows, the youngest first; only who is in charge may call it."""
    for record in reversed(state.records()):
        process = record.find()
        if process is not None:
            report(f"Ending {record.name}, left by an earlier run")
            await end_process(record, process, _STOP_WITHIN_SECONDS)
        state.forget(record.name)
    state.environment_file.unlink(missing_ok=True)


async def end_process(record: ProcessRecord, process: psutil.Process, within_seconds: float) -> None:
    """Ask a process to stop, and kill it if it does not in time."""
    for number in (record.stop_signal, signal.SIGCONT):
        _send(process, number)
    deadline = time.monotonic() + within_seconds
    while record.find() is not None:
        if time.monotonic() > deadline:
            _send(process, signal.SIGKILL)
        await asyncio.sleep(_PAUSE_SECONDS)


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
