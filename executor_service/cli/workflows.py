"""`list`, `show`, `turn-on`, `turn-off`: the workflows themselves."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

import typer

from executor_service.cli.instants import local
from executor_service.cli.server import WORKFLOWS, Row, path_of
from executor_service.cli.session import Session, with_session

Workflow = Annotated[str, typer.Argument(metavar="WORKFLOW", help="Its id, or its exact name.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")]


def next_due(row: Row) -> str:
    """Return when a workflow is due next, on its own wall clock; an empty text when it is not."""
    return local(row["nextOccurrenceAt"], row["timeZoneId"])


def last_occurrence(row: Row) -> str:
    """Return how a workflow's newest occurrence went; an empty text when there was none."""
    last = row["lastOccurrence"]
    if last is None:
        return ""
    reason = last["skipReason"] or ""
    return " ".join(part for part in (last["state"], reason, f"{last['counts']['enrolled']} enrolled") if part)


_COLUMNS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "id": lambda row: row["id"],
        "name": lambda row: row["name"],
        "on": lambda row: row["isEnabled"],
        "schedule": lambda row: row["sentence"] or "by hand only",
        "next": next_due,
        "last": last_occurrence,
        "active": lambda row: row["activeEnrollments"],
        "enrolled": lambda row: row["totalEnrollments"],
    }
)
_ACTION_COLUMNS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "action": lambda action: action.get("actionId"),
        "type": lambda action: action.get("actionTypeId") or action.get("type"),
        "fields": lambda action: action.get("fields"),
        "next": lambda action: (action.get("connection") or {}).get("nextActionId"),
    }
)


@with_session
def list_workflows(session: Session, *, limit: Limit = 1000) -> None:
    """List the workflows, newest first."""
    rows = session.server.rows(WORKFLOWS, limit=limit)
    session.output.rows(rows, _COLUMNS, nothing="there are no workflows yet; next: workflows apply -f FILE")


@with_session
def show(session: Session, *, workflow: Workflow) -> None:
    """Show a workflow: whether it is on, when it is due, what it does."""
    ident = session.server.workflow_id(workflow)
    row = session.server.workflow(ident)
    flow = None if row["deletedAt"] else session.server.flow(ident)
    if session.output.as_json:
        session.output.document({**row, "flow": flow})
        return
    session.output.facts(_facts(row) | {"uuid": (flow or {}).get("uuid")})
    if flow is not None:
        session.output.line("")
        session.output.rows(flow["actions"], _ACTION_COLUMNS, nothing="it has no actions yet")
    session.output.say(f"next: workflows occurrences {ident}")


@with_session
def turn_on(session: Session, *, workflow: Workflow) -> None:
    """Turn a workflow on: from now on it enrolls at each occurrence. Turning on by itself enrolls nobody."""
    row = _turn(session, workflow, "turn-on")
    if row is not None:
        due = next_due(row)
        session.output.line(f'workflow {row["id"]} "{row["name"]}" is on')
        session.output.say(f"next occurrence: {due}" if due else "it has no occurrence ahead")
        session.output.say(f"then: workflows occurrences {row['id']}")


@with_session
def turn_off(session: Session, *, workflow: Workflow) -> None:
    """Turn a workflow off: it enrolls nobody any more. Records inside walk on, and each action is skipped."""
    row = _turn(session, workflow, "turn-off")
    if row is not None:
        session.output.line(f'workflow {row["id"]} "{row["name"]}" is off')


def _turn(session: Session, workflow: str, act: str) -> Row | None:
    """Return the row after the act, null when it was shown as JSON."""
    ident = session.server.workflow_id(workflow)
    row: Row = session.server.send("POST", path_of(ident, act))
    if not session.output.as_json:
        return row
    session.output.document(row)
    return None


def _facts(row: Row) -> dict[str, Any]:
    deleted = row["deletedAt"]
    return {
        "id": row["id"],
        "name": row["name"],
        "state": "deleted" if deleted else "on" if row["isEnabled"] else "off",
        "schedule": row["sentence"] or "none: it enrolls by hand only",
        "zone": row["timeZoneId"],
        "next": next_due(row) or None,
        "last": last_occurrence(row) or None,
        "enrollments": f"{row['activeEnrollments']} active, {row['totalEnrollments']} in all",
        "records": row["objectTypeId"],
        "revision": row["revisionId"],
    }
