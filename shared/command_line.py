"""How a service's command line ends when something is in the way: one sentence on standard error and an exit code.

What nobody foresaw keeps its traceback; what people can mend does not need one.
"""

import json
import sys
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from aiokafka.errors import KafkaError
from pydantic import ValidationError

from shared.examination import Finding
from shared.failpoints import UnknownFailpointError
from shared.kafka.broker import BrokerAwayError
from shared.postgres import DRIVER_ERRORS, MayNotMakeRolesError, MigrationChangedError
from shared.postgres.fitness import UnfitServerError
from shared.relay.republishing import Republished
from shared.serving import PortTakenError


class Exit(IntEnum):
    """The codes that scripts rely on."""

    FAILURE = 1
    USAGE = 2
    NOT_FOUND = 3
    UNREACHABLE = 8


def run_command_line(cli: Callable[..., Any], name: str) -> None:
    """Run a service's command line and end the process with its code."""
    try:
        cli(prog_name=name)
    except Exception as error:  # the edge of the process: what has a sentence is told by it, the rest goes on
        found = sentence_of(error)
        if found is None:
            raise
        sentence, code = found
        sys.stderr.write(f"{name}: {sentence}\n")
        raise SystemExit(code) from None


def tell_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Write what was found, a line each, and end the process with 1 when something is wrong."""
    for finding in findings:
        word = "ok   " if finding.is_right else "WRONG"
        line = json.dumps(finding.form) if as_json else f"{word}  {finding.what}: {finding.told}"
        sys.stdout.write(f"{line}\n")
    if not all(finding.is_right for finding in findings):
        raise SystemExit(Exit.FAILURE)


def sentence_of(error: Exception) -> tuple[str, Exit] | None:
    """Return what to tell people, and the exit code; None for a fault of ours."""
    match error:
        case ValidationError(title="Settings"):
            return "; ".join(_settings_sentences(error)), Exit.USAGE
        case UnknownFailpointError():
            return str(error), Exit.USAGE
        case UnfitServerError() | PortTakenError() | MayNotMakeRolesError() | MigrationChangedError():
            return str(error), Exit.FAILURE
        case BrokerAwayError() | KafkaError():
            return f"Kafka cannot be reached: {_words(error)}", Exit.UNREACHABLE
        case _ if isinstance(error, DRIVER_ERRORS):
            return f"PostgreSQL cannot be worked with: {_words(error)}", Exit.UNREACHABLE
        case _:
            return None


def tell_republished(done: Republished) -> None:
    """Say which topics are published again; ends the process with a code when one was never published."""
    for topic in done.begun:
        sys.stdout.write(f"{topic} is published again from its start\n")
    for topic in done.unknown:
        sys.stderr.write(f"nothing of {topic} was ever published here\n")
    if done.unknown:
        raise SystemExit(Exit.NOT_FOUND)


def _settings_sentences(error: ValidationError) -> list[str]:
    """Return a sentence a variable; never a value, for some are secret."""
    problems = error.errors(include_input=False, include_url=False)
    return [_variable(one["loc"]) + one["msg"].removeprefix("Value error, ") for one in problems]


def _variable(place: tuple[int | str, ...]) -> str:
    return f"WORKFLOWS_{str(place[0]).upper()}: " if place else ""


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
