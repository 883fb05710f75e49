"""The golden logs as files: one event a line, and beside them digests of all that follows from them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from executor_service.history.handlers import project_pass
from executor_service.history.store import HistoryReader
from executor_service.history.writer import ProjectionTransaction
from scheduler_service.domain import ScheduleState, evolve, parse_event
from shared.event_store import RecordedEvent
from shared.postgres import Pool

RELEASE: Final = "0.1"
_HERE: Final = Path(__file__).parent
_FORM: Final = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
_COLUMNS: Final = ("position", "stream", "version", "type", "data", "record_ids", "metadata")
_APPEND: Final = (
    "INSERT INTO events (position, stream, version, type, data, record_ids, metadata, recorded_at) "
    "OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)


def write_log(service: str, events: Iterable[RecordedEvent]) -> None:
    """Write a service's log."""
    _log_of(service).write_bytes(b"".join(orjson.dumps(asdict(event), option=_FORM) for event in events))


def read_log(service: str) -> list[RecordedEvent]:
    """Read a service's log."""
    rows = [orjson.loads(line) for line in _log_of(service).read_bytes().splitlines()]
    return [RecordedEvent(**{**row, "recorded_at": datetime.fromisoformat(row["recorded_at"])}) for row in rows]


def write_digests(digests: Mapping[str, Mapping[str, str]]) -> None:
    """Write the digests of what follows from the logs."""
    _digests().write_bytes(orjson.dumps(digests, option=_FORM | orjson.OPT_INDENT_2))


def read_digests() -> dict[str, dict[str, str]]:
    """Read the digests of what follows from the logs, by service."""
    digests: dict[str, dict[str, str]] = orjson.loads(_digests().read_bytes())
    return digests


async def project_all(history: Pool, events: Sequence[RecordedEvent]) -> dict[str, str]:
    """Put a log into an empty database, project it, and return a digest of each table of the history."""
    rows = [(*(getattr(each, name) for name in _COLUMNS), each.recorded_at) for each in events]
    await history.executemany(_APPEND, rows)
    while await project_pass(ProjectionTransaction(history), horizon=events[-1].position):
        pass
    return await HistoryReader(history).digests()


def fold_all(events: Sequence[RecordedEvent]) -> dict[str, str]:
    """Fold a scheduler's log, and return a digest of the schedule of each stream."""
    states: dict[str, ScheduleState] = {}
    for recorded in events:
        state = states.get(recorded.stream, ScheduleState(int(recorded.data["workflowId"])))
        states[recorded.stream] = evolve(state, parse_event(recorded))
    return {stream: _digest(state) for stream, state in states.items()}


def _digest(state: ScheduleState) -> str:
    return hashlib.sha256(orjson.dumps(asdict(state), default=_sorted, option=_FORM)).hexdigest()


def _sorted(value: Any) -> list[Any]:
    assert isinstance(value, frozenset)
    return sorted(value)


def _log_of(service: str) -> Path:
    return _HERE / f"log-{RELEASE}.{service}.jsonl"


def _digests() -> Path:
    return _HERE / f"log-{RELEASE}.digests.json"
