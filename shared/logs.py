"""Structured logs: one JSON line a change of state, a constant sentence with its data beside it.

No personal value goes into a line. Errors are where one would slip in: Python's and PostgreSQL's messages like to quote
the value they met. So an error is written by its class, with its message only where that names things and not values
(`described`), and its traceback by places in the code.

What a library says over and over while a server is away is let through once a while.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import asyncpg
import structlog
from pydantic import ValidationError

_REPEAT_SECONDS = 10.0
# PostgreSQL's errors about data (22) and about constraints (23) quote the value.
_QUOTING_CLASSES = frozenset({"22", "23"})


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
            _tell_error,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(OnceAWhile())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _tell_error,
                structlog.processors.JSONRenderer(),
            ],
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


def described(error: BaseException) -> str:
    """Return what can be said of an error without the values it met."""
    name = type(error).__name__
    match error:
        case ValidationError():
            problems = error.errors(include_input=False, include_url=False, include_context=False)
            return f"{name}: " + "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in problems)
        case asyncpg.PostgresError(sqlstate=str() as state) if state[:2] in _QUOTING_CLASSES:
            places = (state, error.as_dict().get("table_name"), error.as_dict().get("constraint_name"))
            return f"{name}: " + " ".join(place for place in places if place)
        case asyncpg.PostgresError():
            return f"{name}: {error.args[0] if error.args else ''}"
        case ValueError() | TypeError() | LookupError():
            return name
        case _:
            return f"{name}: {error}"


def _tell_error(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    match given:
        case True:
            error = sys.exc_info()[1]
        case (_, BaseException() as told, _):
            error = told
        case _:
            error = given
    if isinstance(error, BaseException):
        event["exception"] = "".join(_story(error, set()))
    return event


def _story(error: BaseException, told: set[int]) -> Iterator[str]:
    """Yield the causes of an error, the first one first, each with the places it came through."""
    told.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    among = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for cause in (before, *among):
        if cause is not None and id(cause) not in told:
            yield from _story(cause, told)
    yield from traceback.format_tb(error.__traceback__)
    yield described(error) + "\n"


def get_logger(name: str) -> Any:
    """Return a logger that says which part of the service speaks."""
    return structlog.get_logger(part=name)
