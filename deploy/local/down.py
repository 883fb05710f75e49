"""Stopping what `up` runs, from another terminal, also when `up` itself was killed."""

from pathlib import Path

from deploy.local.child import Report
from deploy.local.leftovers import end_leftovers, end_process
from deploy.local.state import State

_LAUNCHER_STOPS_WITHIN_SECONDS = 60


async def down(state_dir: Path, report: Report) -> None:
    """Ask the launcher in charge to stop everything and wait until it has; where it was killed, end what it left."""
    state = State(state_dir)
    launcher = state.launcher()
    process = None if launcher is None else launcher.find()
    if launcher is not None and process is not None:
        report("Stopping what runs here")
        await end_process(launcher, process, _LAUNCHER_STOPS_WITHIN_SECONDS)
    with state.in_charge():
        await end_leftovers(state, report)
    report("Nothing runs here")
