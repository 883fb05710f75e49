"""What the calls take: ids, instants, and how much of a list from where on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Path, Query
from pydantic import BeforeValidator

from executor_service.history.ports import TOP, Place
from executor_service.web import MAX_ID, Problem, RefusedError, decode_cursor, path_id, read_instant

DEFAULT_LIMIT: Final = 100
HIGHEST_LIMIT: Final = 1000


def _workflow_id(text: str) -> int:
    return path_id(text, "workflow")


def _record_id(text: str) -> int:
    return path_id(text, "record")


Id = Annotated[int, BeforeValidator(_workflow_id), Path(ge=1, le=MAX_ID)]
RecordPathId = Annotated[int, BeforeValidator(_record_id), Path(ge=1, le=MAX_ID)]
Limit = Annotated[int, Query(ge=1, le=HIGHEST_LIMIT)]
Cursor = Annotated[str | None, Query(max_length=500)]
Position = Annotated[int, Query(ge=0, le=2**63 - 1)]
RecordId = Annotated[int | None, Query(alias="recordId", ge=1, le=MAX_ID)]
Instant = Annotated[datetime | None, BeforeValidator(read_instant)]
StreamName = Annotated[str | None, Query(max_length=200)]
TypeName = Annotated[str | None, Query(alias="type", max_length=100)]


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of a list, from where on, and the position that the history must have reached."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None
    position: Position = 0


Page = Annotated[Paging, Depends()]


def read_place(cursor: str | None) -> Place:
    """Return where a list of records goes on; without a cursor its top."""
    if cursor is None:
        return TOP
    position, n, place = (int(part) for part in decode_cursor(cursor, [int, int, int]))
    return position, min(max(n, 0), TOP[1]), place


def refuse_nul(**texts: str | None) -> None:
    """Refuse texts that PostgreSQL does not take."""
    for field, text in texts.items():
        if text is not None and "\x00" in text:
            raise RefusedError([Problem("NOT_ALLOWED", field, "a text holds no NUL")])
