"""`python -m deploy.local up | down | status`: the whole of it on this machine."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.accounts import NoAccountError
from deploy.local.child import NotReadyError
from deploy.local.down import down
from deploy.local.environment_file import read_environment
from deploy.local.jars import JarUnavailableError
from deploy.local.locks import LockHeldError
from deploy.local.postgres import InitdbError
from deploy.local.prepare import PreparationError
from deploy.local.services import OPERATOR_KEY_VARIABLE, ROOT
from deploy.local.state import AlreadyRunningError, State
from deploy.local.up import up

_MISHAPS = (
    AlreadyRunningError,
    InitdbError,
    JarUnavailableError,
    LockHeldError,
    NoAccountError,
    NotReadyError,
    PreparationError,
)
# They stand in the file, which its owner alone may read; the last one holds a password.
_SECRET = frozenset({"WORKFLOWS_KEY", OPERATOR_KEY_VARIABLE, "WORKFLOWS_DATABASE_URL"})
_NOT_RUNNING = 3

StateDir = Annotated[Path, typer.Option("--state", help="Where data, logs and addresses are kept.")]
app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Run PostgreSQL, Kafka and both services on this machine."
)


@app.command(name="up")
def up_command(state: StateDir = ROOT / ".local") -> None:
    """Start everything and keep it up until Ctrl-C."""
    _run(up(state, typer.echo))


@app.command(name="down")
def down_command(state: StateDir = ROOT / ".local") -> None:
    """Stop everything, also what a killed `up` has left."""
    _run(down(state, typer.echo))


@app.command()
def status(state: StateDir = ROOT / ".local") -> None:
    """Say what runs, and where; the exit code is 3 when nothing does."""
    kept = State(state)
    living = [record for record in kept.records() if record.find() is not None]
    if not living:
        typer.echo("Nothing runs here")
        raise typer.Exit(_NOT_RUNNING)
    for record in living:
        typer.echo(f"{record.name}: process {record.pid}, log {kept.logs / record.name}.log")
    for name, value in read_environment(kept.environment_file).items():
        if name not in _SECRET:
            typer.echo(f"{name}={value}")


def _run(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(work)
    except _MISHAPS as mishap:
        typer.echo(str(mishap), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
