"""`python -m deploy.demo`: runs the tour; with a terminal it stays up afterwards."""

import asyncio
import os
import signal
import sys

from rich.console import Console

from deploy.demo.tour import TourFailedError, tour
from deploy.local.services import ROOT
from deploy.local.state import AlreadyRunningError
from deploy.local.up import everything


async def run(console: Console) -> int:
    """Start everything, walk the tour, stop everything; returns the exit code."""
    console.rule("Scheduled workflows")
    console.print("Starting a real PostgreSQL and a real Apache Kafka, then both services.")
    console.print("The first time their packages are fetched; nothing is installed outside this folder.\n")
    async with everything(ROOT / ".local", lambda text: console.print(f"  {text}", style="dim")) as (servers, services):
        await tour(console, servers.state.environment_file)
        if sys.stdin.isatty() and sys.stdout.isatty():
            await _stay(console, services.executors[0].url)
    return 0


async def _stay(console: Console, url: str) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    console.print(f"\nAll of it stays up: the API is at {url} (its description at {url}/openapi.json).")
    console.print("In another terminal, here: [bold].venv/bin/workflows list[/bold]. Ctrl-C stops everything.")
    await stopped.wait()


def main() -> None:
    """Run the demo as a program."""
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
    os.environ.setdefault("COLUMNS", "120")
    try:
        code = asyncio.run(run(console))
    except (TourFailedError, AlreadyRunningError) as error:
        console.print(f"\n{error}", style="red")
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
