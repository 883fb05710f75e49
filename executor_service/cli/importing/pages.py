"""The second of two readings: rows into pages, several of them on their way at once."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from executor_service.cli.importing.rows import AnyRow, Refused, Row, refuse
from executor_service.cli.importing.survey import Survey
from executor_service.cli.importing.upserts import Settled, Upserts

PAGE_ROWS: Final = 100
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

    rows: Sequence[Row]
    refused: Sequence[Refused]
    replaced: int

    @property
    def size(self) -> int:
        """How many rows of the file it stands for."""
        return len(self.rows) + len(self.refused) + self.replaced


def to_pages(rows: Iterable[AnyRow], rules: Rules, found: Survey) -> Iterator[Page]:
    """Yield pages that together stand for every row; each holds at most 100 to send and 100 that are not."""
    ready: list[Row] = []
    refused: list[Refused] = []
    replaced = 0
    for row in rows:
        judged = row if isinstance(row, Refused) else rules.judge(row)
        if row.number in found.replaced:
            replaced += 1
        elif isinstance(judged, Refused):
            refused.append(judged)
        else:
            ready.append(judged)
        if len(ready) == PAGE_ROWS or len(refused) + replaced >= PAGE_ROWS:
            yield Page(ready, refused, replaced)
            ready, refused, replaced = [], [], 0
    if ready or refused or replaced:
        yield Page(ready, refused, replaced)


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
