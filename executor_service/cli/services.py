"""What works on the database is a word of each service's own command line; these start it.

Settings that stand in `.local/env` and not in the environment are handed down.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from executor_service.cli.settings import read_local

_EXECUTOR: Final = "executor_service"
_SCHEDULER: Final = "scheduler_service"

PASSED_ON: Final = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""The settings of a command that hands all its words on."""


def migrate() -> None:
    """Bring the database to the newest schema and declare the topics; again changes nothing."""
    for service in (_EXECUTOR, _SCHEDULER):
        _end_unless_done(start(service, ["migrate"]))


def keys(context: typer.Context) -> None:
    """Make, list and revoke keys of the API, through the database: create, list, revoke (see keys --help)."""
    _end_unless_done(start(_EXECUTOR, ["keys", *context.args]))


def start(service: str, words: Sequence[str]) -> int:
    """Run a word of a service and return the code it ended with."""
    environment = read_local(Path.cwd()) | os.environ
    return subprocess.run([sys.executable, "-m", service, *words], env=environment, check=False).returncode  # noqa: S603 # the words are the user's own and go to no shell


def _end_unless_done(code: int) -> None:
    if code:
        raise typer.Exit(code if code > 0 else 128 - code)
