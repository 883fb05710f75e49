"""`dead-letters`: messages that could not be understood; both services are asked, for each keeps its own."""

import base64
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import typer

from executor_service.cli.failures import MisuseError, NoOperatorKeyError
from executor_service.cli.server import Row, Server
from executor_service.cli.session import Session, with_session
from executor_service.cli.settings import Settings, read_local
from executor_service.cli.workflows import Limit

_PATH: Final = "/v1/dead-letters"
_URL: Final = "WORKFLOWS_SCHEDULER_URL"
_KEY: Final = "WORKFLOWS_OPERATOR_KEY"

_Letter = Annotated[str, typer.Argument(metavar="LETTER", help="As `list` names it: executor/12 or scheduler/3.")]
_State = Annotated[
    Literal["OPEN", "RETRIED", "DISCARDED"] | None,
    typer.Option("--state", case_sensitive=False, help="Only those in this state."),
]
_Topic = Annotated[str | None, typer.Option("--topic", metavar="TOPIC", help="Only those of this topic.")]


def _name(row: Row) -> str:
    return f"{row['service']}/{row['id']}"


_COLUMNS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "letter": _name,
        "state": lambda row: row["state"],
        "topic": lambda row: row["topic"],
        "key": lambda row: row["key"],
        "reason": lambda row: row["reason"],
        "error": lambda row: row["error"],
        "attempts": lambda row: row["attempts"],
        "at": lambda row: row["timestamp"],
    }
)


@with_session
def list_letters(session: Session, *, topic: _Topic = None, state: _State = None, limit: Limit = 100) -> None:
    """List the messages that could not be understood, each service's newest first."""
    params = {"topic": topic, "state": state}
    with _scheduler() as scheduler:
        if scheduler is None:
            session.output.say(f"the scheduler is not asked: set {_URL} and {_KEY}")
        asked = [session.server] if scheduler is None else [session.server, scheduler]
        rows = chain.from_iterable(server.rows(_PATH, limit=limit, params=params) for server in asked)
        session.output.rows(rows, _COLUMNS, nothing="there is no dead letter to show")


@with_session
def show(session: Session, *, letter: _Letter) -> None:
    """Show a message with what stands in it, and why it could not be understood."""
    row = _ask(session, "GET", letter, "")
    if session.output.as_json:
        session.output.document(row)
        return
    facts = {name: row[name] for name in ("state", "attempts", "topic", "partition", "offset", "timestamp", "key")}
    session.output.facts({"letter": _name(row), **facts, "reason": row["reason"], "error": row["error"]})
    session.output.facts({header["name"]: _shown(header["value"]) for header in row["headers"]})
    session.output.line(_shown(row["value"]) or "")


@with_session
def retry(session: Session, *, letter: _Letter) -> None:
    """Hand a message to its handler once more, as if it had just come: after what was wrong has been mended."""
    row = _ask(session, "POST", letter, "/retry")
    if session.output.as_json:
        session.output.document(row)
    elif row["state"] == "RETRIED":
        session.output.line(f"{_name(row)} was taken")
    else:
        session.output.line(f"{_name(row)} was refused again: {row['reason']} {row['error']}".rstrip())
    if row["state"] != "RETRIED":
        raise typer.Exit(1)


@with_session
def discard(session: Session, *, letter: _Letter) -> None:
    """Put a message aside: it is listed as open no more."""
    row = _ask(session, "POST", letter, "/discard")
    if session.output.as_json:
        session.output.document(row)
    else:
        session.output.line(f"{_name(row)} is put aside")


def _ask(session: Session, method: str, letter: str, act: str) -> Row:
    service, _, ident = letter.partition("/")
    if service not in {"executor", "scheduler"} or not (ident.isascii() and ident.isdecimal()):
        raise MisuseError(
            f"{letter} names no dead letter", hint="`workflows dead-letters list` names them: executor/12"
        )
    with _scheduler() as scheduler:
        server = session.server if service == "executor" else scheduler
        if server is None:
            raise NoOperatorKeyError(_URL, _KEY)
        row: Row = server.send(method, f"{_PATH}/{ident}{act}")
        return row


def _scheduler() -> AbstractContextManager[Server | None]:
    """Return the scheduler as a server; none without an address. A local key is for the local server alone."""
    local = read_local(Path.cwd())
    url = (os.environ.get(_URL) or local.get(_URL, "")).rstrip("/")
    own = local.get(_KEY, "") if url == local.get(_URL, "").rstrip("/") else ""
    key = os.environ.get(_KEY) or own
    return Server(Settings(url, key)) if url and key else nullcontext()


def _shown(content: str | None) -> str | None:
    """Return bytes in base64 as people read them."""
    return None if content is None else base64.b64decode(content).decode(errors="backslashreplace")
