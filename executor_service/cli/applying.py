"""`apply`: make the server hold what a file says."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from executor_service.cli.differences import OF_THE_SERVER, Difference, differences
from executor_service.cli.failures import AmbiguousWorkflowError
from executor_service.cli.flow_file import FlowFile, draw_uuid, read_flow_file
from executor_service.cli.output import shown
from executor_service.cli.server import FLOWS, Row, Server
from executor_service.cli.session import Session, with_session

_File = Annotated[str, typer.Option("--file", "-f", help="The flow document, JSON or YAML; - for standard input.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]


@with_session
def apply(session: Session, *, file: _File, dry_run: _DryRun = False) -> None:
    """Create or change the workflow that a file describes.

    The workflow is found by the document's uuid. A document without one makes a new workflow and gets its uuid written
    into the file. Where the document leaves out isEnabled, the workflow stays on or off.
    """
    flow_file = read_flow_file(file)
    found = find_by_uuid(session.server, flow_file.uuid)
    stored = None if found is None else session.server.flow(found)
    wanted = wanted_document(flow_file.document, stored)
    if dry_run:
        changes = differences(stored or {}, wanted)
        result = "created" if stored is None else "changed" if changes else "unchanged"
        _tell(session, stored or wanted, f"would be {result}" if changes else result, changes if stored else [])
    elif stored is None:
        _create(session, flow_file, wanted)
    else:
        _replace(session, stored, wanted)


def find_by_uuid(server: Server, uuid: str | None) -> str | None:
    """Return the id of the workflow that has a uuid."""
    if uuid is None:
        return None
    ids = [str(flow["id"]) for flow in server.flows() if flow.get("uuid") == uuid]
    if len(ids) > 1:
        raise AmbiguousWorkflowError(uuid, ids)
    return ids[0] if ids else None


def wanted_document(document: Mapping[str, Any], stored: Row | None) -> dict[str, Any]:
    """Return what is to be sent for a document: without the server's fields, on or off as it is unless it says."""
    is_enabled = False if stored is None else stored["isEnabled"]
    sent = {name: value for name, value in document.items() if name not in OF_THE_SERVER}
    return {"isEnabled": is_enabled} | sent


def _create(session: Session, flow_file: FlowFile, wanted: dict[str, Any]) -> None:
    if flow_file.uuid is None:
        # Written before the workflow is made: whatever is interrupted then, applying again makes no second one.
        flow_file = flow_file.with_uuid(draw_uuid())
        flow_file.write()
        session.output.say(_written(flow_file))
    made = session.server.send("POST", FLOWS, {**wanted, "uuid": flow_file.uuid})
    session.server.wait_for_history(made["id"])
    _tell(session, made, "created", [])


def _written(flow_file: FlowFile) -> str:
    if flow_file.path is None:
        return f"put `uuid: {flow_file.uuid}` into the document, so that applying it again finds its workflow"
    return f"{flow_file.source} now has the uuid {flow_file.uuid}"


def _replace(session: Session, stored: Row, wanted: dict[str, Any]) -> None:
    path = f"{FLOWS}/{stored['id']}"
    saved = session.server.send("PUT", path, {**wanted, "revisionId": stored["revisionId"]})
    session.server.wait_for_history(saved["id"])
    same = all(saved[name] == stored[name] for name in ("revisionId", "isEnabled"))
    _tell(session, saved, "unchanged" if same else "changed", [] if same else differences(stored, wanted))


def _tell(session: Session, flow: Row, result: str, changes: list[Difference]) -> None:
    ident, name = flow.get("id"), flow.get("name")
    if session.output.as_json:
        told = {name: flow.get(name) for name in ("id", "uuid", "name", "revisionId", "isEnabled")}
        session.output.document({**told, "result": result, "changes": [change.form for change in changes]})
        return
    named = " ".join(part for part in (ident and str(ident), name and f'"{name}"') if part)
    state = "on" if flow.get("isEnabled") else "off"
    session.output.line(f"workflow {named} {result} ({state})")
    for change in changes:
        session.output.line(f"  {change.path}: {shown(change.before) or 'none'} -> {shown(change.after) or 'none'}")
    if ident and not flow.get("isEnabled"):
        session.output.say(f"next: workflows preview {ident}, then workflows turn-on {ident}")
