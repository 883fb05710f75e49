"""The OpenAPI documents of both services, from their own applications; nothing behind these is touched."""

from typing import Any, cast

from executor_service.bootstrap import http as executor
from executor_service.execution.actions import Catalogue
from executor_service.history.api import EventStreams
from executor_service.history.store import LogReader
from scheduler_service import api as scheduler
from shared.dead_letters import DeadLetters
from shared.health import Health
from shared.postgres import Pool

_NOWHERE = cast("Pool", None)


async def _no_metrics() -> bytes:
    return b""


def executor_api() -> dict[str, Any]:
    """Return the document of the executor."""
    api = executor.make_api(
        _NOWHERE,
        _NOWHERE,
        catalogue=Catalogue(),
        health=Health(),
        metrics_text=_no_metrics,
        streams=EventStreams(LogReader(_NOWHERE)),
        serves_calls=True,
    )
    return api.openapi()


def scheduler_api() -> dict[str, Any]:
    """Return the document of the scheduler."""
    api = scheduler.make_api(
        health=Health(), metrics_text=_no_metrics, letters=DeadLetters(_NOWHERE), attempts={}, operator_key=""
    )
    return api.openapi()
