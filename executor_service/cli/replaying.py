"""`replay`: the history checked against the log; works on the database, so the executor's own command line does it."""

from typing import Annotated, Final

import typer

from executor_service.cli.services import start

_EXECUTOR: Final = "executor_service"
_Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def replay(as_json: _Json = False) -> None:
    """Rebuild the history beside the live one, compare them, and name the first event at which they differ.

    Exit code 1 when they do. Nothing that lives is changed.
    """
    code = start(_EXECUTOR, ["replay", *(["--json"] if as_json else [])])
    if code:
        raise typer.Exit(code if code > 0 else 128 - code)
