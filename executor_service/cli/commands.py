"""All commands on one screen."""

from typing import Annotated

import typer

from executor_service.cli import history, importing, services, workflows
from executor_service.cli.applying import apply
from executor_service.cli.previewing import preview
from executor_service.cli.server import own_version

_EXIT_CODES = (
    "Exit codes: 0 done, 1 failure, 2 usage, 3 not found, 4 conflict, 5 invalid input, 7 not signed in or forbidden, "
    "8 server unreachable, 130 interrupted."
)

app = typer.Typer(
    name="workflows",
    help="Scheduled CRM workflows: apply them, turn them on, and see what they did.",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
records = typer.Typer(help="Records of the CRM.", no_args_is_help=True)

app.command()(apply)
app.command("list")(workflows.list_workflows)
app.command()(workflows.show)
app.command()(preview)
app.command("turn-on")(workflows.turn_on)
app.command("turn-off")(workflows.turn_off)
app.command()(history.occurrences)
app.command()(history.enrollments)
app.command()(history.history)
app.add_typer(records, name="records")
records.command("import")(importing.import_records)
app.command()(services.migrate)
app.command(context_settings=services.PASSED_ON)(services.keys)


def main() -> None:
    """Run the command line of this process."""
    app(prog_name="workflows")


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"workflows {own_version()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Scheduled CRM workflows: apply them, turn them on, and see what they did."""
