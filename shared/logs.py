"""Structured logs: one JSON line a change of state, a constant sentence with its data beside it.

No personal value goes into a line. What a library says over and over while a server is away is let through once a
while.
"""

import logging
import sys
from typing import Any

import structlog

_REPEAT_SECONDS = 10.0


class OnceAWhile(logging.Filter):
    """Lets one record of the same place through each ten seconds: a broker that is away costs 100 lines a second."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record is let through."""
        place = (record.pathname, record.lineno)
        if record.created - self._last.get(place, 0.0) < _REPEAT_SECONDS:
            return False
        self._last[place] = record.created
        return True


def configure_logs(service: str, *, level: str = "INFO") -> None:
    """Write JSON lines to standard error, each naming the service; again: replaces what was set."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _naming(service),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(OnceAWhile())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(),
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _naming(service),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _naming(service: str) -> Any:
    def add(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        return {"service": service} | event

    return add


def get_logger(name: str) -> Any:
    """Return a logger that says which part of the service speaks."""
    return structlog.get_logger(part=name)
