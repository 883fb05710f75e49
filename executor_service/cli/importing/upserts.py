"""Pages of rows to the server, and what became of each row.

A page whose answer refuses it as a whole is sent again without the rows that the answer names, or in halves when it
names none, until every bad row stands alone: so one row never takes others with it. Sending a row again is harmless,
an upsert of equal values changes nothing. For the same reason an answer that got lost is asked for again.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

import httpx2

from executor_service.cli.answers import problems_of, read_answer
from executor_service.cli.failures import RefusedError, UnreachableError
from executor_service.cli.importing.rows import Refused, Row, refuse

Pause = Callable[[float], Awaitable[None]]

_ATTEMPTS: Final = 6
_LONGEST_PAUSE_SECONDS: Final = 30.0
_AGAIN: Final = frozenset({429, 502, 503, 504})
_ROWS_AT_FAULT: Final = frozenset({400, 409, 413, 422})
_PLACE = re.compile(r"inputs\[(\d+)\]\.?(?:properties\.?)?(.*)", re.DOTALL)


@dataclass(slots=True)
class Settled:
    """What became of rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)

    def __add__(self, other: Self) -> "Settled":
        return Settled(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )


class Upserts:
    """Upserts by a unique property, into one object type."""

    def __init__(self, client: httpx2.AsyncClient, path: str, key: str, *, pause: Pause = asyncio.sleep) -> None:
        self._client = client
        self._path = path
        self._key = key
        self._pause = pause

    async def settle(self, rows: Sequence[Row]) -> Settled:
        """Send rows and return what became of them; raises UnreachableError, RefusedError when no row is at fault."""
        try:
            answer = await self._ask(rows)
        except RefusedError as error:
            if error.status not in _ROWS_AT_FAULT:
                raise
            return await self._without(rows, _blamed(rows, error))
        settled, is_told = read_upsert(answer, rows)
        return settled if is_told else await self._in_halves(rows)

    async def _without(self, rows: Sequence[Row], blamed: Mapping[int, Refused]) -> Settled:
        if not blamed:
            return await self._in_halves(rows)
        rest = [row for row in rows if row.number not in blamed]
        settled = await self.settle(rest) if rest else Settled()
        return settled + Settled(refused=list(blamed.values()))

    async def _in_halves(self, rows: Sequence[Row]) -> Settled:
        middle = len(rows) // 2
        return await self.settle(rows[:middle]) + await self.settle(rows[middle:])

    async def _ask(self, rows: Sequence[Row]) -> Any:
        body = {"inputs": [row.to_input(self._key) for row in rows]}
        for attempt in range(1, _ATTEMPTS):
            try:
                response = await self._client.post(self._path, json=body)
            except httpx2.TransportError:
                await self._pause(_wait(attempt, None))
                continue
            if response.status_code not in _AGAIN:
                return read_answer(response)
            await self._pause(_wait(attempt, response.headers.get("Retry-After")))
        try:
            return read_answer(await self._client.post(self._path, json=body))
        except httpx2.TransportError as error:
            raise UnreachableError(str(self._client.base_url), str(error) or type(error).__name__) from error


def read_upsert(answer: Mapping[str, Any], rows: Sequence[Row]) -> tuple[Settled, bool]:
    """Return what an answer says became of each row, and whether it says so of every refused one.

    A record that was not made and whose last change lies before the request began is unchanged.
    """
    results: Sequence[Mapping[str, Any]] = answer["results"]
    began = _milliseconds(answer["startedAt"])
    created = sum(1 for result in results if result["new"])
    unchanged = sum(1 for result in results if not result["new"] and _milliseconds(result["updatedAt"]) < began)
    refused = [_refused(rows, error) for error in answer.get("errors") or []]
    known = [row for row in refused if row is not None]
    settled = Settled(created, len(results) - created - unchanged, unchanged, known)
    return settled, len(known) == len(refused)


def _refused(rows: Sequence[Row], error: Mapping[str, Any]) -> Refused | None:
    """Return the row that an error of a batch is about; null when it does not say which."""
    place = ((error.get("context") or {}).get("index") or [None])[0]
    if len(rows) == 1:
        place = 0
    if place is None or not str(place).isdecimal() or int(place) >= len(rows):
        return None
    problems = [(_column(problem.field), problem.reason) for problem in problems_of(error.get("errors"))]
    return _joined(rows[int(place)], problems or [("", str(error.get("message")))])


def _blamed(rows: Sequence[Row], error: RefusedError) -> dict[int, Refused]:
    """Return the rows that the refusal of a whole page names, by number; a page of one row is to blame itself."""
    if len(rows) == 1:
        problems = [(_column(problem.field), problem.reason) for problem in error.problems]
        return {rows[0].number: _joined(rows[0], problems or [("", error.message)])}
    found: dict[int, list[tuple[str, str]]] = {}
    for problem in error.problems:
        place = _PLACE.match(problem.field)
        if place is not None and int(place[1]) < len(rows):
            found.setdefault(int(place[1]), []).append((place[2], problem.reason))
    return {rows[place].number: _joined(rows[place], problems) for place, problems in found.items()}


def _joined(row: Row, problems: Sequence[tuple[str, str]]) -> Refused:
    """Return a row refused for one problem or several; several are told in one reason."""
    (column, reason), *others = problems
    more = [f"{name}: {text}" if name else text for name, text in others]
    return refuse(row, column, "; ".join([reason, *more]))


def _column(field: str) -> str:
    place = _PLACE.match(field)
    return field if place is None else place[2]


def _milliseconds(instant: str) -> datetime:
    moment = datetime.fromisoformat(instant)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _wait(attempt: int, asked: str | None) -> float:
    """Return how long to wait after an attempt: as long as the server asks, else twice as long each time."""
    wished = float(asked) if asked is not None and asked.isdecimal() else 2.0 ** (attempt - 1) / 2
    return min(wished, _LONGEST_PAUSE_SECONDS)
