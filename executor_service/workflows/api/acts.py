"""Turning on and off, pausing and resuming: the row of the workflow as it is when the history has reached them."""

from collections.abc import Mapping
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from executor_service.account.api import STILL, actor_metadata, idempotent
from executor_service.web import Role, json_response, path_id, require
from executor_service.workflows.api.dependencies import WorkflowDeps, answered
from executor_service.workflows.domain.document import stored_schedule
from executor_service.workflows.handlers import Written, pause, resume, turn_off, turn_on
from executor_service.workflows.ports import Work
from shared.postgres import Connection

_Metadata = Annotated[dict[str, Any], Depends(actor_metadata)]
_Publisher = [Depends(require(Role.PUBLISHER))]


class _Stop(Protocol):
    async def __call__(self, workflow_id: int, *, work: Work) -> Written: ...


def acts_router(deps: WorkflowDeps) -> APIRouter:
    """Return the router of what is done to a workflow."""
    router = APIRouter(tags=["workflows"], dependencies=_Publisher)
    _add_switches(router, deps)
    _add_pauses(router, deps)
    return router


def _add_switches(router: APIRouter, deps: WorkflowDeps) -> None:
    @router.post("/v1/workflows/{ident}/turn-on")
    async def turn_on_workflow(ident: str, request: Request, metadata: _Metadata) -> Response:
        """Turn a workflow on; it enrolls nobody by that."""
        number = path_id(ident, "workflow")

        async def act(connection: Connection) -> dict[str, Any]:
            written = await turn_on(number, work=deps.work(connection, metadata), catalogue=deps.catalogue)
            return {"position": written.position}

        with answered():
            outcome = await idempotent(request, deps.pool, act)
        return await _row(deps, number, outcome, status=200)

    @router.post("/v1/workflows/{ident}/turn-off", responses=STILL)
    async def turn_off_workflow(ident: str, request: Request, metadata: _Metadata) -> Response:
        """Turn a workflow off: 202 when after 5 s an action that began before may still start."""
        return await _stopped(deps, path_id(ident, "workflow"), request, metadata, turn_off)


def _add_pauses(router: APIRouter, deps: WorkflowDeps) -> None:
    @router.post("/v1/workflows/{ident}/pause", responses=STILL)
    async def pause_workflow(ident: str, request: Request, metadata: _Metadata) -> Response:
        """Stop a workflow without losing anything: 202 when after 5 s an action that began before may still start."""
        return await _stopped(deps, path_id(ident, "workflow"), request, metadata, pause)

    @router.post("/v1/workflows/{ident}/resume")
    async def resume_workflow(ident: str, request: Request, metadata: _Metadata) -> Response:
        """Let a workflow go on: `stored` came due meanwhile, and `catchUpPolicy` decides them."""
        number = path_id(ident, "workflow")

        async def act(connection: Connection) -> dict[str, Any]:
            written = await resume(number, work=deps.work(connection, metadata))
            stored = await _stored(deps, connection, written)
            return {"position": written.position, "stored": stored, "catchUpPolicy": _policy(written)}

        with answered():
            outcome = await idempotent(request, deps.pool, act)
        return await _row(deps, number, outcome, status=200)


async def _stopped(
    deps: WorkflowDeps, number: int, request: Request, metadata: dict[str, Any], stop: _Stop
) -> Response:
    async def act(connection: Connection) -> dict[str, Any]:
        return {"position": (await stop(number, work=deps.work(connection, metadata))).position}

    with answered():
        outcome = await idempotent(request, deps.pool, act)
    passed = await deps.barrier.passed(number)
    return await _row(deps, number, outcome, status=200 if passed else 202)


async def _stored(deps: WorkflowDeps, connection: Connection, written: Written) -> int:
    """Count what came due in the pause that ended; nothing when it was not paused."""
    state = written.state
    if written.paused_at is None or state.updated_at is None:
        return 0
    return await deps.stored(connection, workflow_id=state.workflow_id, after=written.paused_at, upto=state.updated_at)


def _policy(written: Written) -> str | None:
    schedule = stored_schedule(written.state.content)
    return None if schedule is None else schedule.catching_up.policy


async def _row(deps: WorkflowDeps, number: int, outcome: Mapping[str, Any], *, status: int) -> Response:
    position = outcome["position"]
    row = await deps.rows.row(number, position=position)
    return json_response({**row, **outcome}, status=status, position=position)
