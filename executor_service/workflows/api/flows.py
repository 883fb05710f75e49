"""`/automation/v4/flows`, in HubSpot's shape."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from executor_service.account.api import actor_metadata, idempotent
from executor_service.web import (
    POSITION_HEADER,
    Actor,
    Role,
    TooLargeError,
    decode_cursor,
    encode_cursor,
    json_response,
    path_id,
    read_json,
    require,
)
from executor_service.workflows.api.bodies import flow_body
from executor_service.workflows.api.dependencies import WorkflowDeps, answered
from executor_service.workflows.domain.state import to_flow
from executor_service.workflows.handlers import Written, create_workflow, delete_workflow, replace_workflow
from shared.postgres import Connection

_PATH: Final = "/automation/v4/flows"
_MOST_BYTES: Final = 1_000_000

_Editor = Annotated[Actor, Depends(require(Role.EDITOR))]
_Metadata = Annotated[dict[str, Any], Depends(actor_metadata)]
_Viewer = [Depends(require(Role.VIEWER))]


def flows_router(deps: WorkflowDeps) -> APIRouter:
    """Return the router of flows: create, list, read, replace, delete."""
    router = APIRouter(tags=["workflows"])
    _add_reads(router, deps)
    _add_create(router, deps)
    _add_replace(router, deps)
    _add_delete(router, deps)
    return router


def _add_reads(router: APIRouter, deps: WorkflowDeps) -> None:
    @router.get(_PATH, dependencies=_Viewer)
    async def list_flows(limit: Annotated[int, Query(ge=1, le=1_000)] = 100, after: str | None = None) -> Response:
        """List the flows, oldest first."""
        begin = 0 if after is None else int(decode_cursor(after, [int], field="after")[0])
        async with deps.work() as work:
            items = await work.workflows.page(after=begin, limit=limit + 1)
        page = items[:limit]
        following = {"paging": {"next": {"after": encode_cursor(int(page[-1]["id"]))}}} if len(items) > limit else {}
        return json_response({"results": page, **following})

    @router.get(_PATH + "/{flow_id}", dependencies=_Viewer)
    async def read_flow(flow_id: str) -> Response:
        """Return a flow."""
        with answered():
            async with deps.work() as work:
                return json_response(to_flow(await work.workflows.load(path_id(flow_id, "workflow"))))


def _add_create(router: APIRouter, deps: WorkflowDeps) -> None:
    @router.post(_PATH, status_code=201, openapi_extra=flow_body(replaces=False))
    async def create_flow(request: Request, actor: _Editor, metadata: _Metadata) -> Response:
        """Make a workflow of a flow."""
        body = await _read_body(request)

        async def act(connection: Connection) -> dict[str, Any]:
            written = await create_workflow(
                work=deps.work(connection, metadata),
                catalogue=deps.catalogue,
                body=body,
                may_publish=actor.role >= Role.PUBLISHER,
            )
            return _outcome(written)

        with answered():
            outcome = await idempotent(request, deps.pool, act)
        return json_response(outcome["flow"], status=201, position=outcome["position"])


def _add_replace(router: APIRouter, deps: WorkflowDeps) -> None:
    @router.put(_PATH + "/{flow_id}", openapi_extra=flow_body(replaces=True))
    async def replace_flow(flow_id: str, request: Request, actor: _Editor, metadata: _Metadata) -> Response:
        """Save a flow over a workflow; `isEnabled` turns it on or off."""
        body, ident = await _read_body(request), path_id(flow_id, "workflow")

        async def act(connection: Connection) -> dict[str, Any]:
            written = await replace_workflow(
                ident,
                work=deps.work(connection, metadata),
                catalogue=deps.catalogue,
                body=body,
                may_publish=actor.role >= Role.PUBLISHER,
            )
            return _outcome(written)

        with answered():
            outcome = await idempotent(request, deps.pool, act)
        if outcome["turnedOff"]:
            await deps.barrier.passed(ident)
        return json_response(outcome["flow"], position=outcome["position"])


def _add_delete(router: APIRouter, deps: WorkflowDeps) -> None:
    @router.delete(_PATH + "/{flow_id}", status_code=204)
    async def delete_flow(flow_id: str, request: Request, actor: _Editor, metadata: _Metadata) -> Response:
        """Delete a workflow; its history stays."""
        ident = path_id(flow_id, "workflow")

        async def act(connection: Connection) -> dict[str, Any]:
            work = deps.work(connection, metadata)
            return _outcome(await delete_workflow(ident, work=work, may_publish=actor.role >= Role.PUBLISHER))

        with answered():
            outcome = await idempotent(request, deps.pool, act)
        return Response(status_code=204, headers={POSITION_HEADER: str(outcome["position"])})


async def _read_body(request: Request) -> Any:
    body = await read_json(request)
    if len(await request.body()) > _MOST_BYTES:
        raise TooLargeError(_MOST_BYTES)
    return body


def _outcome(written: Written) -> dict[str, Any]:
    return {
        "flow": to_flow(written.state),
        "position": written.position,
        "turnedOff": written.was_on and not written.state.is_enabled,
    }
