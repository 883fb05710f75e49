"""`occurrences`, `enrollments`, `history`: what happened, to whom, when and why; each list newest first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import typer

from executor_service.cli.instants import local, utc
from executor_service.cli.server import path_of
from executor_service.cli.session import Session, with_session
from executor_service.cli.workflows import Limit, Workflow

_State = Annotated[
    Literal["DUE", "EVALUATED", "COMPLETED", "SKIPPED", "HELD", "FAILED"] | None,
    typer.Option("--state", case_sensitive=False, help="Only those in this state."),
]
_Status = Annotated[
    Literal["ACTIVE", "COMPLETED", "UNENROLLED"] | None,
    typer.Option("--status", case_sensitive=False, help="Only those with this status."),
]
_Group = Annotated[
    Literal["PROGRESS", "SUCCESS", "ALERT"] | None,
    typer.Option("--group", case_sensitive=False, help="Only rows of this group."),
]
_Record = Annotated[str | None, typer.Option("--record", metavar="ID", help="Only those of this record.")]
_Occurrence = Annotated[str | None, typer.Option("--occurrence", metavar="ID", help="Only those of this occurrence.")]
_Action = Annotated[str | None, typer.Option("--action", metavar="ID", help="Only rows of this action.")]
_From = Annotated[str | None, typer.Option("--from", metavar="INSTANT", help="From this instant on (RFC 3339).")]
_To = Annotated[str | None, typer.Option("--to", metavar="INSTANT", help="Before this instant (RFC 3339).")]


def _reason(row: Mapping[str, Any]) -> str | None:
    failure = row.get("failure")
    reason: str | None = row["skipReason"] if failure is None else failure["reason"]
    return reason


def _due(row: Mapping[str, Any]) -> str:
    skip = row.get("skip")
    if row["dueAt"] is None and skip is not None:
        return f"{skip['first']} to {skip['last']} ({skip['count']})"
    return local(row["dueAt"], row["timeZoneId"])


_OCCURRENCES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "due": _due,
        "trigger": lambda row: row["trigger"],
        "state": lambda row: row["state"],
        "reason": _reason,
        "matched": lambda row: row["counts"]["matched"],
        "enrolled": lambda row: row["counts"]["enrolled"],
        "already": lambda row: row["counts"]["alreadyEnrolled"],
        "active": lambda row: row["counts"]["active"],
        "completed": lambda row: row["counts"]["completed"],
        "unenrolled": lambda row: row["counts"]["unenrolled"],
        "evaluated": lambda row: utc(row["evaluatedAt"]),
        "id": lambda row: row["id"],
    }
)
_ENROLLMENTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "record": lambda row: row["recordId"],
        "status": lambda row: row["status"],
        "reason": lambda row: row["reason"],
        "enrolled": lambda row: utc(row["enrolledAt"]),
        "ended": lambda row: utc(row["endedAt"]),
        "at action": lambda row: row["currentActionId"],
        "until": lambda row: utc(row["nextActionAt"]),
        "occurrence": lambda row: row["occurrenceId"],
    }
)
_ACTION_LOG: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "at": lambda row: utc(row["at"]),
        "record": lambda row: row["recordId"],
        "action": lambda row: row["actionId"],
        "group": lambda row: row["group"],
        "event": lambda row: row["event"],
        "message": lambda row: row["message"],
        "details": lambda row: {name: value for name, value in row["details"].items() if name != "reason"} or None,
        "position": lambda row: row["position"],
    }
)


@with_session
def occurrences(
    session: Session,
    *,
    workflow: Workflow,
    state: _State = None,
    since: _From = None,
    until: _To = None,
    limit: Limit = 100,
) -> None:
    """List the occurrences of a workflow: when it was due, and what came of it."""
    ident = session.server.workflow_id(workflow)
    params = {"state": state, "from": since, "to": until}
    rows = session.server.rows(path_of(ident, "occurrences"), limit=limit, params=params)
    session.output.rows(rows, _OCCURRENCES, nothing=f"nothing came due yet; next: workflows preview {ident}")


@with_session
def enrollments(
    session: Session,
    *,
    workflow: Workflow,
    record: _Record = None,
    status: _Status = None,
    occurrence: _Occurrence = None,
    limit: Limit = 100,
) -> None:
    """List the enrollments of a workflow: which records went through it, and where they stand."""
    ident = session.server.workflow_id(workflow)
    params = {"recordId": record, "status": status, "occurrenceId": occurrence}
    rows = session.server.rows(path_of(ident, "enrollments"), limit=limit, params=params)
    session.output.rows(rows, _ENROLLMENTS, nothing="no enrollment is to be shown")


@with_session
def history(
    session: Session,
    *,
    workflow: Workflow,
    record: _Record = None,
    action: _Action = None,
    group: _Group = None,
    since: _From = None,
    until: _To = None,
    limit: Limit = 100,
) -> None:
    """Show the action log of a workflow: what was done to each record."""
    ident = session.server.workflow_id(workflow)
    params = {"recordId": record, "actionId": action, "group": group, "from": since, "to": until}
    rows = session.server.rows(path_of(ident, "action-log"), limit=limit, params=params)
    session.output.rows(rows, _ACTION_LOG, nothing="the action log has no row to show")
