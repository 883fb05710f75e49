"""The second of two readings: rows into pages, several of them on their way at once."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from executor_service.cli.importing.rows import AnyRow, Refused, Row, refuse
from executor_service.cli.importing.survey import Survey
from executor_service.cli.importing.upserts import Settled, Upserts

PAGE_ROWS: Final = 100
PAGE_BYTES: Final = 8_000_000
"""Of the 10 MB that a server takes as one body."""
_IN_FLIGHT: Final = 4


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of a row: the property that names its record, and the names that there are."""

    key: str
    known: frozenset[str]
    left_out: frozenset[str]

    def judge(self, row: Row) -> AnyRow:
        """Return the row as it is to be sent, or refused."""
        if not row.values.get(self.key):
            return refuse(row, self.key, f"it has no {self.key}")
        for name in row.values:
            if name not in self.known and name not in self.left_out:
                return refuse(row, name, "there is no such property")
        return Row(row.number, row.cells, self._sent(row.values))

    def _sent(self, values: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in values.items() if name not in self.left_out}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows to send, and what else was read since the page before: rows refused already, and how many were replaced."""

    rows: Sequence[Row] = ()
    refused: Sequence[Refused] = ()
    replaced: int = 0

    @property
    def is_full(self) -> bool:
        """Whether the next row belongs to another page."""
        return len(self.rows) == PAGE_ROWS or len(self.refused) + self.replaced >= PAGE_ROWS

    @property
    def size(self) -> int:
        """How many rows of the file it stands for."""
        return len(self.rows) + len(self.refused) + self.replaced


def to_pages(rows: Iterable[AnyRow], rules: Rules, found: Survey) -> Iterator[Page]:
    """Yield pages that together stand for every row; each holds at most 100 to send and 100 that are not.

    Rows of many bytes make smaller pages; one that is too large for any is refused.
    """
    page, page_bytes = Page(), 0
    for row in rows:
        judged, row_bytes = _sized(row if isinstance(row, Refused) else rules.judge(row))
        if page.is_full or page_bytes + row_bytes > PAGE_BYTES:
            yield page
            page, page_bytes = Page(), 0
        page_bytes += row_bytes
        if row.number in found.replaced:
            page = replace(page, replaced=page.replaced + 1)
        elif isinstance(judged, Refused):
            page = replace(page, refused=[*page.refused, judged])
        else:
            page = replace(page, rows=[*page.rows, judged])
    if page.size:
        yield page


def _sized(row: AnyRow) -> tuple[AnyRow, int]:
    """Return a row with the bytes that it takes in a page, refused when no page could hold it."""
    if isinstance(row, Refused):
        return row, 0
    size = len(json.dumps(row.values, ensure_ascii=False).encode())
    if size > PAGE_BYTES:
        return refuse(row, "", f"its values come to {size} bytes, at most {PAGE_BYTES} can be sent"), 0
    return row, size


async def send_pages(pages: Iterable[Page], upserts: Upserts, settled: Callable[[Page, Settled], None]) -> None:
    """Send all pages, a few at once; `settled` is told of each, in the order in which they are done.

    What ends the import (the server is away, the key opens nothing) ends it after the pages that are on their way.
    """
    free = asyncio.Semaphore(_IN_FLIGHT)
    sending: set[asyncio.Task[None]] = set()

    async def settle(page: Page) -> None:
        try:
            outcome = await upserts.settle(page.rows) if page.rows else Settled()
            settled(page, outcome + Settled(refused=list(page.refused)))
        finally:
            free.release()

    try:
        for page in pages:
            await free.acquire()
            if any(task.done() and task.exception() for task in sending):
                break
            sending = {task for task in sending if not task.done()} | {asyncio.create_task(settle(page))}
    finally:
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
    for outcome in outcomes:
        if outcome is not None:
            raise outcome
