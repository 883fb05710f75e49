"""The command line: `python -m scheduler_service` runs the scheduler, a word does something else."""

import asyncio
from typing import Annotated

import typer

from scheduler_service import bootstrap
from scheduler_service.settings import Settings
from shared.command_line import run_command_line, tell_findings, tell_republished

cli = typer.Typer(
    help="The scheduler: says when each workflow is due.", add_completion=False, pretty_exceptions_enable=False
)


@cli.callback(invoke_without_command=True)
def run(context: typer.Context) -> None:
    """Run the scheduler until SIGTERM."""
    if context.invoked_subcommand is None:
        asyncio.run(bootstrap.serve(Settings()))


@cli.command()
def migrate() -> None:
    """Bring the schema to head and declare the topics."""
    asyncio.run(bootstrap.migrate(Settings()))
    typer.echo("The scheduler's schema and topics are at head.")


@cli.command()
def republish(
    topics: Annotated[list[str] | None, typer.Argument(metavar="[TOPIC]...", help="Default: all.")] = None,
) -> None:
    """Publish topics again from the start of the scheduler's log, or of its dead letters."""
    tell_republished(asyncio.run(bootstrap.republish(Settings(), topics or [])))


@cli.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Answer with JSON.")] = False) -> None:
    """Look over the database and the topics that the scheduler needs; exit code 1 when something is wrong."""
    tell_findings(asyncio.run(bootstrap.examine(Settings())), as_json=as_json)


if __name__ == "__main__":
    run_command_line(cli, "scheduler_service")
