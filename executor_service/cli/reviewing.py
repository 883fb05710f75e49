"""`review`: what turning a workflow on would mean; nothing is changed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import typer

from executor_service.cli.failures import Exit
from executor_service.cli.instants import utc
from executor_service.cli.server import Row, path_of
from executor_service.cli.session import Session, with_session
from executor_service.cli.workflows import Workflow

_OCCURRENCES: Final[Mapping[str, Any]] = MappingProxyType(
    {"local time": lambda row: row["localTime"], "due": lambda row: utc(row["dueAt"])}
)


@with_session
def review(session: Session, *, workflow: Workflow) -> None:
    """Show whom a workflow would enroll now, when it is due, and what is wrong with it; exit code 5 for errors."""
    ident = session.server.workflow_id(workflow)
    found: Row = session.server.get(path_of(ident, "review"))
    if session.output.as_json:
        session.output.document(found)
    else:
        _show(session, found)
    if found["errors"]:
        raise typer.Exit(Exit.INVALID_INPUT)


def _show(session: Session, found: Row) -> None:
    session.output.facts(_facts(found))
    if found["nextOccurrences"]:
        session.output.line("")
        session.output.rows(found["nextOccurrences"], _OCCURRENCES, nothing="")
    for head, problems in (("error", found["errors"]), ("warning", found["warnings"])):
        for problem in problems:
            place = problem.get("in") or problem.get("field")
            text = problem.get("message") or problem.get("reason")
            session.output.line(f"{head}: {f'{place}: ' if place else ''}{text} ({problem['code']})")
    if found["canTurnOn"] and not found["isEnabled"]:
        session.output.say(f"next: workflows turn-on {found['workflowId']}")


def _facts(found: Row) -> dict[str, Any]:
    matching = found["matching"] or {}
    return {
        "workflow": found["workflowId"],
        "revision": found["revisionId"],
        "state": "on" if found["isEnabled"] else "off",
        "can be turned on": found["canTurnOn"],
        "schedule": found["sentence"] or "none: it enrolls by hand only",
        "matching": matching.get("total"),
        "suppressed": matching.get("suppressed"),
        "already inside": matching.get("alreadyEnrolled"),
        "would enroll": matching.get("wouldEnroll"),
        "active": found["active"],
    }
