"""The command line: `python -m scheduler_service` runs the scheduler, a word does something else."""

import asyncio

import typer

from scheduler_service import bootstrap
from scheduler_service.settings import Settings

cli = typer.Typer(help="The scheduler: says when each workflow is due.", add_completion=False)


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


if __name__ == "__main__":
    cli(prog_name="scheduler_service")
