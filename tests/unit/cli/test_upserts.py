"""Pages to a server, and what became of each row, whatever the server answers."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from executor_service.cli.failures import RefusedError, UnreachableError
from executor_service.cli.importing.pages import Page, send_pages
from executor_service.cli.importing.rows import Row
from executor_service.cli.importing.upserts import Settled, Upserts

BEGAN = "2026-11-27T08:00:00.123456Z"
Answer = Callable[[list[str]], httpx2.Response]


class Server:
    """Answers of a server to upserts; keeps the keys of each request, and how long the client waited between them."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[list[str]] = []
        self.waits: list[float] = []
        self._answer = answer

    def upserts(self) -> Upserts:
        """Return the client's side."""
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._handle), base_url="http://server")
        return Upserts(client, "/upsert", "email", pause=self._pause)

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        keys = [each["id"] for each in json.loads(request.content)["inputs"]]
        self.asked.append(keys)
        return self._answer(keys)

    async def _pause(self, seconds: float) -> None:
        self.waits.append(seconds)


def rows(*keys: str) -> list[Row]:
    """Return a row for each key, numbered from 2."""
    return [Row(number, (key,), {"email": key}) for number, key in enumerate(keys, 2)]


def result(*, new: bool, updated: str = BEGAN) -> dict[str, Any]:
    """Return a record of an answer."""
    return {"id": "1", "new": new, "updatedAt": updated}


def accepted(keys: list[str]) -> httpx2.Response:
    """Make every record."""
    return httpx2.Response(200, json={"results": [result(new=True) for _ in keys], "startedAt": BEGAN})


def refused(status: int, *fields: str) -> httpx2.Response:
    """Refuse a whole page."""
    errors = [{"in": field, "message": "is bad"} for field in fields]
    return httpx2.Response(status, json={"status": "error", "message": "no", "errors": errors})


async def test_created_changed_and_unchanged_rows_are_told_apart() -> None:
    body = {
        "startedAt": BEGAN,
        "results": [
            result(new=True),
            result(new=False, updated="2026-11-27T08:00:00.123Z"),
            result(new=False, updated="2026-11-27T08:00:00.122Z"),
            result(new=False, updated="2026-11-20T08:00:00Z"),
        ],
    }
    settled = await Server(lambda _: httpx2.Response(200, json=body)).upserts().settle(rows(*"abcd"))
    assert settled == Settled(created=1, changed=1, unchanged=2)


async def test_a_row_that_a_partly_good_answer_refuses_is_found_by_its_place() -> None:
    error = {
        "message": "no",
        "context": {"index": ["1"]},
        "errors": [
            {"in": "inputs[1].properties.city", "message": "is too long"},
            {"in": "inputs[1].properties.age", "message": "is no number"},
        ],
    }
    body = {"startedAt": BEGAN, "results": [result(new=True)], "errors": [error]}
    settled = await Server(lambda _: httpx2.Response(207, json=body)).upserts().settle(rows("a", "b"))
    (bad,) = settled.refused
    assert (settled.created, bad.number, bad.column, bad.reason) == (1, 3, "city", "is too long; age: is no number")


async def test_a_page_that_is_refused_is_sent_again_without_the_rows_that_are_named() -> None:
    server = Server(lambda keys: refused(400, "inputs[1].id") if "bad" in keys else accepted(keys))
    settled = await server.upserts().settle(rows("a", "bad", "c"))
    assert server.asked == [["a", "bad", "c"], ["a", "c"]]
    assert (settled.created, [bad.number for bad in settled.refused]) == (2, [3])


async def test_a_page_that_is_refused_without_a_place_is_halved_until_the_bad_row_stands_alone() -> None:
    server = Server(lambda keys: refused(400) if "bad" in keys else accepted(keys))
    settled = await server.upserts().settle(rows("a", "b", "bad", "d", "e"))
    assert (settled.created, [(bad.number, bad.reason) for bad in settled.refused]) == (4, [(4, "no")])


async def test_a_server_that_is_away_for_a_while_is_asked_again_after_the_time_it_names() -> None:
    answers = [httpx2.Response(503, headers={"Retry-After": "3"}), httpx2.Response(502)]
    server = Server(lambda keys: answers.pop(0) if answers else accepted(keys))
    assert (await server.upserts().settle(rows("a"))).created == 1
    assert server.waits == [3.0, 1.0]


async def test_a_server_that_stays_away_ends_the_import() -> None:
    def away(_: list[str]) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    server = Server(away)
    with pytest.raises(UnreachableError):
        await server.upserts().settle(rows("a"))
    assert server.waits == [0.5, 1.0, 2.0, 4.0, 8.0]


async def test_a_key_that_opens_nothing_ends_the_import_and_blames_no_row() -> None:
    settled: list[Settled] = []
    server = Server(lambda _: refused(401))
    pages = [Page(rows(str(number)), (), 0) for number in range(100)]
    with pytest.raises(RefusedError) as caught:
        await send_pages(pages, server.upserts(), lambda _, outcome: settled.append(outcome))
    assert caught.value.status == 401
    assert settled == []
    assert len(server.asked) < 20


async def test_all_pages_are_sent_and_each_is_told() -> None:
    told: list[int] = []
    pages = [Page(rows(f"{number}a", f"{number}b"), (), 0) for number in range(10)]
    server = Server(accepted)
    await send_pages(pages, server.upserts(), lambda page, outcome: told.append(page.size * outcome.created))
    assert told == [4] * 10
    assert sorted(key for keys in server.asked for key in keys) == sorted(f"{n}{x}" for n in range(10) for x in "ab")
