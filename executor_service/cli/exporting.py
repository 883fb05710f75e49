"""`export` and `diff`: a workflow as a document, and how a document differs from the server's."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import typer

from executor_service.cli.applying import find_by_uuid, wanted_document
from executor_service.cli.differences import OF_THE_SERVER, differences
from executor_service.cli.failures import UnknownWorkflowError
from executor_service.cli.flow_file import read_flow_file
from executor_service.cli.flow_notation import dump_yaml
from executor_service.cli.output import shown
from executor_service.cli.session import Session, with_session
from executor_service.cli.workflows import Workflow

_DIFFERS = 1

_Format = Annotated[
    Literal["yaml", "json"], typer.Option("--format", case_sensitive=False, help="How it is written; --json wins.")
]
_File = Annotated[str, typer.Option("--file", "-f", help="The flow document, JSON or YAML; - for standard input.")]


@with_session
def export(session: Session, *, workflow: Workflow, notation: _Format = "yaml") -> None:
    """Write a workflow's document, as `apply -f` takes it: without what the server adds."""
    flow = session.server.flow(session.server.workflow_id(workflow))
    document = exported(flow)
    if session.output.as_json or notation == "json":
        session.output.document(document)
    else:
        session.output.text(dump_yaml(document))


@with_session
def diff(session: Session, *, file: _File) -> None:
    """Show what `apply` would change: exit code 0 when nothing, 1 when something, above 1 for an error."""
    flow_file = read_flow_file(file)
    found = find_by_uuid(session.server, flow_file.uuid)
    if found is None:
        raise UnknownWorkflowError(flow_file.uuid or flow_file.source)
    stored = session.server.flow(found)
    changes = differences(stored, wanted_document(flow_file.document, stored))
    if session.output.as_json:
        told = [change.form for change in changes]
        session.output.document({"id": found, "uuid": flow_file.uuid, "changes": told})
    else:
        for change in changes:
            session.output.line(f"{change.path}: {shown(change.before) or 'none'} -> {shown(change.after) or 'none'}")
        if not changes:
            session.output.say(f"{flow_file.source} is what workflow {found} is")
    if changes:
        raise typer.Exit(_DIFFERS)


def exported(flow: Mapping[str, Any]) -> dict[str, Any]:
    """Return a flow as a file holds it: its uuid first, and without what the server adds."""
    kept = {name: value for name, value in flow.items() if name not in OF_THE_SERVER and name != "uuid"}
    return {"uuid": flow["uuid"], **kept} if flow.get("uuid") else kept
