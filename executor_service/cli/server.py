"""The server as the commands see it: questions, paged lists, and the place of a workflow named by id or name."""

import difflib
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import Any, Final, Self
from urllib.parse import quote

import httpx2

from executor_service.cli.answers import read_answer
from executor_service.cli.failures import AmbiguousWorkflowError, RefusedError, UnknownWorkflowError, UnreachableError
from executor_service.cli.settings import Settings

Row = Mapping[str, Any]

FLOWS: Final = "/automation/v4/flows"
WORKFLOWS: Final = "/v1/workflows"
_POSITION: Final = "Workflows-Position"
_ID = re.compile(r"[1-9][0-9]*")
_SECONDS = 60.0
_CONNECT_SECONDS = 5.0
_NOT_FOUND = 404
_CONFLICT = 409
_HIGHEST_LIMIT = 1000
_FLOWS_LIMIT = 100


def own_version() -> str:
    """Return the version of the product, `unknown` when it runs without being installed."""
    try:
        return version("scheduled-workflows")
    except PackageNotFoundError:
        return "unknown"


def headers_of(settings: Settings) -> dict[str, str]:
    """Return the headers of every request."""
    return {"Authorization": f"Bearer {settings.key}", "User-Agent": f"workflows/{own_version()}"}


def timeout() -> httpx2.Timeout:
    """Return how long a request may take."""
    return httpx2.Timeout(_SECONDS, connect=_CONNECT_SECONDS)


def path_of(*parts: str) -> str:
    """Return a path below the workflows of `/v1`."""
    return "/".join([WORKFLOWS, *(quote(part, safe="") for part in parts)])


class Server(AbstractContextManager["Server"]):
    """The server at an address. Every call raises UnreachableError or RefusedError."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.position: str | None = None
        """The position in the log of the newest write, that a read can wait for."""
        self.status = 0
        """The status of the newest answer."""
        self._client = httpx2.Client(base_url=settings.url, headers=headers_of(settings), timeout=timeout())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Read."""
        return self.send("GET", path, params=params)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Any:
        """Ask, with a body as JSON where one is given; parameters and headers that are null are left out."""
        given, named = _given(params), _given(headers)
        try:
            response = self._client.request(method, path, json=body, params=given, headers=named)
        except httpx2.TransportError as error:
            raise UnreachableError(self.settings.url, str(error) or type(error).__name__) from error
        self.status = response.status_code
        answer = read_answer(response)
        self.position = response.headers.get(_POSITION, self.position)
        return answer

    def rows(self, path: str, *, limit: int | None, params: Mapping[str, Any] | None = None) -> Iterator[Row]:
        """Read a list of `/v1` page by page, up to `limit` rows, all of them without one."""
        return islice(self._all_rows(path, limit or _HIGHEST_LIMIT, params or {}), limit)

    def flows(self) -> Iterator[Row]:
        """Read HubSpot's list of all workflows."""
        after: str | None = None
        while True:
            answer = self.get(FLOWS, {"limit": _FLOWS_LIMIT, "after": after})
            yield from answer["results"]
            after = ((answer.get("paging") or {}).get("next") or {}).get("after")
            if after is None:
                return

    def workflow_id(self, word: str) -> str:
        """Return the id of the workflow that has this id or exactly this name; an id is not looked up."""
        if _ID.fullmatch(word):
            return word
        flows = [(str(flow["id"]), str(flow.get("name") or "")) for flow in self.flows()]
        ids = [ident for ident, name in flows if name == word]
        if not ids:
            raise UnknownWorkflowError(word, difflib.get_close_matches(word, [name for _, name in flows if name]))
        if len(ids) > 1:
            raise AmbiguousWorkflowError(word, ids)
        return ids[0]

    def workflow(self, ident: str) -> Row:
        """Return a workflow's row, as it is after the newest write of this command."""
        return self._known(ident, path_of(ident), {"position": self.position})

    def flow(self, ident: str) -> Row:
        """Return the document of a workflow."""
        return self._known(ident, f"{FLOWS}/{quote(ident, safe='')}", {})

    def wait_for_history(self, ident: str) -> None:
        """Wait until the history shows the newest write to a workflow, as long as the server waits."""
        try:
            self.workflow(ident)
        except UnknownWorkflowError:
            pass
        except RefusedError as error:
            if error.status != _CONFLICT:
                raise

    def _known(self, ident: str, path: str, params: Mapping[str, Any]) -> Row:
        try:
            row: Row = self.get(path, params)
        except RefusedError as error:
            if error.status == _NOT_FOUND:
                raise UnknownWorkflowError(ident) from error
            raise
        return row

    def _all_rows(self, path: str, limit: int, params: Mapping[str, Any]) -> Iterator[Row]:
        cursor: str | None = None
        while True:
            page = self.get(path, {**params, "limit": min(limit, _HIGHEST_LIMIT), "cursor": cursor})
            yield from page["data"]
            cursor = page["nextCursor"]
            if cursor is None:
                return


def _given(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if value is not None}
