"""All commands on one screen."""

from typing import Annotated

import typer

from executor_service.cli import acts, config, dead_letters, exporting, history, importing, services, workflows
from executor_service.cli.applying import apply
from executor_service.cli.doctor import doctor
from executor_service.cli.previewing import preview
from executor_service.cli.replaying import replay
from executor_service.cli.republishing import republish
from executor_service.cli.reviewing import review
from executor_service.cli.server import own_version
from executor_service.cli.tailing import tail

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
letters = typer.Typer(help="Messages that could not be understood.", no_args_is_help=True)
config_words = typer.Typer(help="The settings of this place.", no_args_is_help=True)

app.command()(apply)
app.command("list")(workflows.list_workflows)
app.command()(workflows.show)
app.command()(preview)
app.command("turn-on")(workflows.turn_on)
app.command("turn-off")(workflows.turn_off)
app.command()(review)
app.command()(acts.enroll)
app.command()(acts.unenroll)
app.command()(acts.run)
app.command()(acts.pause)
app.command()(acts.resume)
app.command()(exporting.export)
app.command()(exporting.diff)
app.command()(history.occurrences)
app.command()(history.enrollments)
app.command()(history.history)
app.command()(tail)
app.add_typer(records, name="records")
records.command("import")(importing.import_records)
app.command()(doctor)
app.add_typer(config_words, name="config")
config_words.command("show")(config.show)
app.add_typer(letters, name="dead-letters")
letters.command("list")(dead_letters.list_letters)
letters.command()(dead_letters.show)
letters.command()(dead_letters.retry)
letters.command()(dead_letters.discard)
app.command()(services.migrate)
app.command()(replay)
app.command()(republish)
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
