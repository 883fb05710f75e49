"""`enroll`, `unenroll`, `run`, `pause`, `resume`: what people ask of a workflow, or of all of them."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from executor_service.cli.failures import InvalidInputError, MisuseError, Problem
from executor_service.cli.server import Row, path_of
from executor_service.cli.session import Session, with_session
from executor_service.cli.workflows import Workflow

_STDIN: Final = "-"
_ACCEPTED: Final = 202

_Records = Annotated[
    list[str], typer.Argument(metavar="RECORD...", help="Ids of records; - reads them from standard input.")
]
_Key = Annotated[
    str | None, typer.Option("--idempotency-key", metavar="KEY", help="A wish with a key used before happens once.")
]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether to go on.")]
_Some = Annotated[str | None, typer.Argument(metavar="[WORKFLOW]", help="Its id, or its exact name.")]
_Account = Annotated[bool, typer.Option("--account", help="All workflows of the account.")]


@with_session
def enroll(session: Session, *, workflow: Workflow, records: _Records, key: _Key = None) -> None:
    """Enroll records by hand, whether they meet the criteria or not."""
    ident, ids = session.server.workflow_id(workflow), _ids(records)
    asked = _ask(session, ident, "enrollments", {"recordIds": ids}, key)
    _tell(session, asked, f"asked for the enrollment of {_counted(ids)} in workflow {ident}", ident)


@with_session
def unenroll(session: Session, *, workflow: Workflow, records: _Records, key: _Key = None) -> None:
    """Let records leave a workflow before their next action; what was done to them stands."""
    ident, ids = session.server.workflow_id(workflow), _ids(records)
    asked = _ask(session, ident, "unenrollments", {"recordIds": ids}, key)
    _tell(session, asked, f"asked that {_counted(ids)} leave workflow {ident}", ident)


@with_session
def run(session: Session, *, workflow: Workflow, yes: _Yes = False, key: _Key = None) -> None:
    """Run a workflow now: enroll whom its criteria match at this moment. Its schedule goes on as before."""
    ident = session.server.workflow_id(workflow)
    if not yes and session.output.is_asked_by_a_person:
        session.output.confirm(f"{_would_enroll(session, ident)} Run it now?")
    asked = _ask(session, ident, "run", None, key)
    _tell(session, asked, f"asked workflow {ident} to run now", ident)


@with_session
def pause(session: Session, *, workflow: _Some = None, account: _Account = False) -> None:
    """Stop a workflow, or all of them, without losing anything: what comes due meanwhile waits."""
    row = _set_pause(session, workflow, "pause", account=account)
    if row is not None:
        session.output.line(f"{_named(row, account=account)} is paused")
        if session.server.status == _ACCEPTED:
            session.output.say("an action that began before may still start")


@with_session
def resume(session: Session, *, workflow: _Some = None, account: _Account = False) -> None:
    """Let a workflow, or all of them, go on; what came due meanwhile is decided by each schedule's policy."""
    row = _set_pause(session, workflow, "resume", account=account)
    if row is not None:
        session.output.line(f"{_named(row, account=account)} goes on")
        policy = f", decided by {row['catchUpPolicy']}" if row.get("catchUpPolicy") else ""
        session.output.say(f"{row.get('stored', 0)} occurrences came due meanwhile{policy}")


def _set_pause(session: Session, workflow: str | None, act: str, *, account: bool) -> Row | None:
    """Return the answer, null when it was shown as JSON."""
    if (workflow is None) != account:
        raise MisuseError("give a workflow or --account", hint=f"workflows {act} 12, or workflows {act} --account")
    path = f"/v1/{act}" if workflow is None else path_of(session.server.workflow_id(workflow), act)
    row: Row = session.server.send("POST", path)
    if not session.output.as_json:
        return row
    session.output.document(row)
    return None


def _named(row: Row, *, account: bool) -> str:
    return "the account" if account else f'workflow {row["id"]} "{row["name"]}"'


def _ids(words: Sequence[str]) -> list[str]:
    """Return ids as they were given; those of standard input are separated by blanks, commas or lines."""
    if list(words) != [_STDIN]:
        return list(words)
    found = sys.stdin.read().replace(",", " ").split()
    if not found:
        raise InvalidInputError("standard input", [Problem("", "it names no record")])
    return found


def _counted(ids: Sequence[str]) -> str:
    return "one record" if len(ids) == 1 else f"{len(ids)} records"


def _would_enroll(session: Session, ident: str) -> str:
    matching = session.server.get(path_of(ident, "review"))["matching"]
    if matching is None or matching["wouldEnroll"] is None:
        return "How many records it would enroll is not known."
    return f"It would enroll {matching['wouldEnroll']} records."


def _ask(session: Session, ident: str, what: str, body: Any, key: str | None) -> Row:
    asked: Row = session.server.send("POST", path_of(ident, what), body, headers={"Idempotency-Key": key})
    return asked


def _tell(session: Session, asked: Row, sentence: str, ident: str) -> None:
    if session.output.as_json:
        session.output.document(asked)
        return
    session.output.line(sentence)
    if "occurrenceId" in asked:
        session.output.line(f"occurrence {asked['occurrenceId']}")
    session.output.say(f"next: workflows occurrences {ident}")
