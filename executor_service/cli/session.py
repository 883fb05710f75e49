"""What every command that asks the server has in common: its output, its server, and the options for both."""

import functools
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from executor_service.cli.failures import CommandError
from executor_service.cli.output import Output, open_output
from executor_service.cli.server import Server
from executor_service.cli.settings import KEY, URL, read_local, resolve_settings

_PANEL: Final = "Server and output"

_Url = Annotated[str | None, typer.Option("--url", help=f"The server [{URL}].", rich_help_panel=_PANEL)]
_Key = Annotated[str | None, typer.Option("--api-key", help=f"A key of its API [{KEY}].", rich_help_panel=_PANEL)]
_Json = Annotated[bool, typer.Option("--json", help="Write JSON.", rich_help_panel=_PANEL)]
_Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Write nothing but data and errors.", rich_help_panel=_PANEL)
]


@dataclass(frozen=True, slots=True)
class Session:
    """One command's output and server."""

    output: Output
    server: Server


@contextmanager
def reporting(output: Output) -> Iterator[None]:
    """Say what went wrong and end with its exit code."""
    try:
        yield
    except CommandError as error:
        output.fail(error)
        raise typer.Exit(error.exit_code) from error


def with_output(command: Callable[[Output], None]) -> Callable[..., None]:
    """Give a command that asks no server, or one in its own way, its output and the options for that."""

    @functools.wraps(command)
    def run(*, as_json: bool, quiet: bool) -> None:
        output = open_output(as_json=as_json, quiet=quiet)
        with reporting(output):
            command(output)

    run.__signature__ = inspect.Signature(_output_options())  # type: ignore[attr-defined] # functions take attributes
    return run


def with_session(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command its session as first argument and its command line the options that name server and output."""
    signature = inspect.signature(command, eval_str=True)
    _, *own = signature.parameters.values()

    @functools.wraps(command)
    def run(*, url: str | None, api_key: str | None, as_json: bool, quiet: bool, **given: Any) -> None:
        output = open_output(as_json=as_json, quiet=quiet)
        with reporting(output), _server(url, api_key) as server:
            command(Session(output, server), **given)

    shared = [_option("url", _Url, None), _option("api_key", _Key, None), *_output_options()]
    keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    run.__signature__ = signature.replace(parameters=[*keyword_only, *shared])  # type: ignore[attr-defined] # functions take attributes
    return run


def _output_options() -> list[inspect.Parameter]:
    return [_option("as_json", _Json, False), _option("quiet", _Quiet, False)]


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _server(url: str | None, key: str | None) -> AbstractContextManager[Server]:
    return Server(resolve_settings(url=url, key=key, environment=os.environ, local=read_local(Path.cwd())))
