"""`/v1/workflows/{id}/turn-on` and `/turn-off`: the row of the workflow as it is when the history has reached them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from executor_service.account.api import actor_metadata, idempotent
from executor_service.web import Role, json_response, require
from executor_service.workflows.api.dependencies import WorkflowDeps, answered, workflow_id
from executor_service.workflows.handlers import turn_off, turn_on
from shared.postgres import Connection

_Metadata = Annotated[dict[str, Any], Depends(actor_metadata)]
_Publisher = [Depends(require(Role.PUBLISHER))]


def acts_router(deps: WorkflowDeps) -> APIRouter:
    """Return the router of what is done to a workflow."""
    router = APIRouter(tags=["workflows"], dependencies=_Publisher)

    @router.post("/v1/workflows/{ident}/turn-on")
    async def turn_on_workflow(ident: str, request: Request, metadata: _Metadata) -> Response:
        """Turn a workflow on; it enrolls nobody by that."""
        number = workflow_id(ident)

        async def act(connection: Connection) -> dict[str, Any]:
            written = await turn_on(number, work=deps.work(connection, metadata), catalogue=deps.catalogue)
            return {"position": written.position}

        with answered():
            outcome = await idempotent(request, deps.pool, act)
        return await _row(deps, number, outcome["position"], status=200)

    @router.post("/v1/workflows/{ident}/turn-off")
    async def turn_off_workflow(ident: str, request: Request, metadata: _Metadata) -> Response:
        """Turn a workflow off: 202 when after 5 s an action that began before may still start."""
        number = workflow_id(ident)

        async def act(connection: Connection) -> dict[str, Any]:
            return {"position": (await turn_off(number, work=deps.work(connection, metadata))).position}

        with answered():
            outcome = await idempotent(request, deps.pool, act)
        passed = await deps.barrier.passed(number)
        return await _row(deps, number, outcome["position"], status=200 if passed else 202)

    return router


async def _row(deps: WorkflowDeps, number: int, position: int, *, status: int) -> Response:
    row = await deps.rows.row(number, position=position)
    return json_response({**row, "position": position}, status=status, position=position)
