"""`preview`: when a schedule is due, and how many records meet the criteria now; nothing is changed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

import typer

from executor_service.cli.failures import MisuseError
from executor_service.cli.flow_file import read_flow_file
from executor_service.cli.instants import utc
from executor_service.cli.server import Row, Server
from executor_service.cli.session import Session, with_session

_Workflow = Annotated[str | None, typer.Argument(metavar="[WORKFLOW]", help="Its id, or its exact name.")]
_File = Annotated[str | None, typer.Option("--file", "-f", help="A flow document, JSON or YAML; - for standard input.")]
_Count = Annotated[int, typer.Option("--count", "-n", min=1, max=1000, help="So many occurrences.")]

_COLUMNS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "local time": lambda row: row["localTime"],
        "due": lambda row: utc(row["dueAt"]),
        "how": lambda row: "" if row["resolution"] == "EXACT" else row["resolution"],
    }
)


@with_session
def preview(session: Session, *, workflow: _Workflow = None, file: _File = None, count: _Count = 10) -> None:
    """Show the next occurrences of a workflow, and how many records it would enroll now."""
    flow = _flow(session.server, workflow, file)
    schedule = flow.get("enrollmentSchedule")
    seen = None if schedule is None else _occurrences(session.server, schedule, count)
    counted = _counted(session.server, flow)
    if session.output.as_json:
        session.output.document({"schedule": seen, "criteria": counted})
        return
    session.output.line("it has no schedule" if seen is None else seen["sentence"])
    if counted is not None:
        session.output.line(f"{counted['total']} records meet its criteria now")
    if seen is not None:
        session.output.line("")
        session.output.rows(seen["occurrences"], _COLUMNS, nothing="it is never due again")
        _tell_skipped(session, seen["skipped"])


def _flow(server: Server, workflow: str | None, file: str | None) -> Mapping[str, Any]:
    if (workflow is None) == (file is None):
        raise MisuseError("give a workflow or a file", hint="workflows preview 12, or workflows preview -f flow.yaml")
    if file is not None:
        return read_flow_file(file).document
    return server.flow(server.workflow_id(workflow or ""))


def _occurrences(server: Server, schedule: Any, count: int) -> Row:
    seen: Row = server.send("POST", "/v1/schedules/preview", {"schedule": schedule, "count": count})
    return seen


def _counted(server: Server, flow: Mapping[str, Any]) -> Row | None:
    """Return how many records meet the criteria; null for a workflow that enrolls by hand only."""
    criteria = flow.get("enrollmentCriteria")
    if not isinstance(criteria, Mapping) or criteria.get("listFilterBranch") is None:
        return None
    schedule = flow.get("enrollmentSchedule")
    zone = schedule.get("timeZoneId") if isinstance(schedule, Mapping) else None
    question = {"objectTypeId": flow.get("objectTypeId"), "filterBranch": criteria["listFilterBranch"]}
    counted: Row = server.send("POST", "/v1/criteria/count", question | ({"timeZoneId": zone} if zone else {}))
    return counted


def _tell_skipped(session: Session, skipped: list[Row]) -> None:
    if skipped:
        session.output.line("")
        columns = {"falls away": lambda row: row["nominal"], "reason": lambda row: row["reason"]}
        session.output.rows(skipped, columns, nothing="")
