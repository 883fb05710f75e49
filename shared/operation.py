"""What operators ask of a process: whether it lives, whether it is ready, its figures. Takes no key."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from shared.health import Health

_UNAVAILABLE = 503
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def operation_router(*, health: Health, metrics_text: Callable[[], Awaitable[bytes]]) -> APIRouter:
    """Return the router of `/livez`, `/readyz` and `/metrics` (Prometheus's text form)."""
    router = APIRouter(tags=["operation"])

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        """Say that the process lives."""
        return {"status": "alive"}

    @router.get("/readyz", responses={_UNAVAILABLE: {"description": "Something is in the way."}})
    async def readyz() -> JSONResponse:
        """Say whether the process is ready, and what is in the way."""
        troubles = health.troubles()
        status = "not ready" if troubles else "ready"
        return JSONResponse({"status": status, "troubles": troubles}, status_code=_UNAVAILABLE if troubles else 200)

    @router.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Return the figures."""
        return Response(await metrics_text(), media_type=_TEXT)

    return router
