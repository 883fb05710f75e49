"""The command line: `python -m executor_service` runs the executor, a word does something else."""

import asyncio
import json
from typing import Annotated

import typer

from executor_service import bootstrap
from executor_service.bootstrap import keys
from executor_service.bootstrap.replaying import replay_history
from executor_service.settings import ALL_ROLES, RoleName, Settings
from shared.command_line import run_command_line, tell_findings, tell_republished

cli = typer.Typer(
    help="The executor: who is enrolled, and what happens.", add_completion=False, pretty_exceptions_enable=False
)
keys_cli = typer.Typer(help="API keys, through the database: also for the first one.")
cli.add_typer(keys_cli, name="keys")

Json = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]


@cli.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    roles: Annotated[str, typer.Option(help=f"Parts to run, of {', '.join(RoleName)}; default: all.")] = "",
) -> None:
    """Run the executor until SIGTERM."""
    if context.invoked_subcommand is None:
        asyncio.run(bootstrap.serve(Settings(), _roles(roles)))


def _roles(text: str) -> frozenset[RoleName]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(RoleName)]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(RoleName)}", param_hint="--roles")
    return frozenset(map(RoleName, names)) or ALL_ROLES


@cli.command()
def migrate() -> None:
    """Bring the schemas to head and declare the topics."""
    asyncio.run(bootstrap.migrate(Settings()))
    typer.echo("The executor's schemas and topics are at head.")


@cli.command()
def republish(
    topics: Annotated[list[str] | None, typer.Argument(metavar="[TOPIC]...", help="Default: all.")] = None,
) -> None:
    """Publish topics again from the start of the executor's log, or of its dead letters."""
    tell_republished(asyncio.run(bootstrap.republish(Settings(), topics or [])))


@cli.command()
def doctor(as_json: Json = False) -> None:
    """Look over the database and the topics that the executor needs; exit code 1 when something is wrong."""
    tell_findings(asyncio.run(bootstrap.examine(Settings())), as_json=as_json)


@cli.command()
def replay(as_json: Json = False) -> None:
    """Fill the history again beside the live one and compare them; exit code 1 when they differ."""
    found = asyncio.run(replay_history(Settings()))
    typer.echo(json.dumps(found.form) if as_json else found.sentence)
    if not found.is_same:
        raise typer.Exit(1)


@keys_cli.command("create")
def create(
    name: Annotated[str, typer.Option(help="Whose key it is, or for what.")],
    role: Annotated[keys.RoleWord, typer.Option(help="What it may do.")] = keys.RoleWord.ADMIN,
    as_json: Json = False,
) -> None:
    """Make a key and show it, once."""
    made = asyncio.run(keys.create(Settings(), name=name, role=role))
    typer.echo(json.dumps(made) if as_json else f"Key {made['id']}, shown only now: {made['key']}")


@keys_cli.command("list")
def show(as_json: Json = False) -> None:
    """List the keys, newest first; never the keys themselves."""
    for row in asyncio.run(keys.list_all(Settings())):
        typer.echo(json.dumps(row) if as_json else f"{row['id']}\t{row['role']}\t{row['name']}\t{row['state']}")


@keys_cli.command("revoke")
def revoke(key_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Revoke a key: it opens nothing any more."""
    if not asyncio.run(keys.revoke(Settings(), key_id)):
        typer.echo(f"There is no key {key_id}.", err=True)
        raise typer.Exit(3)
    typer.echo(f"Key {key_id} opens nothing any more.")


if __name__ == "__main__":
    run_command_line(cli, "executor_service")
