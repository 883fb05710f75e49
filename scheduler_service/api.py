"""What the scheduler answers by HTTP: whether it lives, whether it is ready, its figures."""

from collections.abc import Callable

from fastapi import FastAPI

from shared.health import Health
from shared.operation import operation_router


def make_api(*, health: Health, metrics_text: Callable[[], bytes]) -> FastAPI:
    """Return the application."""
    api = FastAPI(title="Scheduler", docs_url=None, redoc_url=None)
    api.include_router(operation_router(health=health, metrics_text=metrics_text))
    return api
