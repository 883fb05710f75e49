"""`tail`: the log itself, the newest events and, with `-f`, those that come.

A stream that breaks is taken up again behind the last event seen, so nothing is told twice or passed over.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

import httpx2
import typer

from executor_service.cli.answers import read_answer
from executor_service.cli.failures import UnreachableError
from executor_service.cli.instants import utc
from executor_service.cli.server import headers_of, timeout
from executor_service.cli.session import Session, with_session
from executor_service.cli.settings import Settings

_EVENTS: Final = "/v1/events"
_STREAM: Final = "/v1/events/stream"
_POSITION: Final = "Workflows-Position"
_HIGHEST: Final = 2**63 - 1
_AGAIN_SECONDS: Final = 1.0
# A heartbeat comes every 15 s: a stream that is silent for longer is no more.
_SILENT_SECONDS: Final = 45.0
_FIRST_REDIRECT: Final = 300
_AWAY: Final = 503

_Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until interrupted.")]
_Lines = Annotated[int, typer.Option("--lines", "-n", min=0, max=1000, help="Begin so many events before the end.")]
_Stream = Annotated[str | None, typer.Option("--stream", metavar="NAME", help="Only events of this stream.")]
_Type = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only events of this type.")]
_After = Annotated[int | None, typer.Option("--after", metavar="POSITION", min=0, help="Begin behind this position.")]

Event = Mapping[str, Any]


@with_session
def tail(
    session: Session,
    *,
    follow: _Follow = False,
    lines: _Lines = 10,
    after: _After = None,
    stream: _Stream = None,
    event_type: _Type = None,
) -> None:
    """Show the newest events of the log; with --stream or --type those of them that fit."""
    which = {"stream": stream, "type": event_type}
    settings = session.server.settings
    with httpx2.Client(base_url=settings.url, headers=headers_of(settings), timeout=timeout()) as client:
        end = _end(client, settings)
        begin = max(end - lines, 0) if after is None else after
        if follow:
            _show(session, _followed(client, settings, session, {**which, "after": begin}))
        else:
            _show(session, session.server.rows(_EVENTS, limit=None, params={**which, "after": begin}))


def _show(session: Session, events: Iterable[Event]) -> None:
    output = session.output
    for event in events:
        if output.as_json:
            output.text(json.dumps(event, ensure_ascii=False) + "\n")
        else:
            output.line(_line(event))
        output.data.file.flush()


def _line(event: Event) -> str:
    ids = event["recordIds"]
    about = "" if ids is None else f"{len(ids)} record{'' if len(ids) == 1 else 's'}"
    return "  ".join((str(event["position"]), utc(event["recordedAt"]), event["type"], event["stream"], about)).rstrip()


def _end(client: httpx2.Client, settings: Settings) -> int:
    """Return the position up to which there are events to be read."""
    try:
        response = client.get(_EVENTS, params={"after": _HIGHEST, "limit": 1})
    except httpx2.TransportError as error:
        raise UnreachableError(settings.url, str(error) or type(error).__name__) from error
    read_answer(response)
    return int(response.headers[_POSITION])


def _followed(
    client: httpx2.Client, settings: Settings, session: Session, params: Mapping[str, Any]
) -> Iterator[Event]:
    asked = {name: value for name, value in params.items() if value is not None}
    while True:
        try:
            for position, event in _stream(client, asked):
                asked["after"] = position
                if event is not None:
                    yield event
        except httpx2.TransportError as error:
            session.output.say(f"{settings.url} went away ({type(error).__name__}); trying again")
        time.sleep(_AGAIN_SECONDS)


def _stream(client: httpx2.Client, params: Mapping[str, Any]) -> Iterator[tuple[int, Event | None]]:
    """Yield what a stream tells until it ends: a position, with the event there or none for a heartbeat's."""
    limits = httpx2.Timeout(_SILENT_SECONDS, connect=timeout().connect)
    with client.stream("GET", _STREAM, params=params, timeout=limits) as response:
        if response.status_code == _AWAY:
            return
        if response.status_code >= _FIRST_REDIRECT:
            response.read()
            read_answer(response)
        yield from read_blocks(response.iter_lines())


def read_blocks(lines: Iterable[str]) -> Iterator[tuple[int, Event | None]]:
    """Yield the blocks of server-sent events that name a position; comments and other fields are passed over."""
    position: int | None = None
    data: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        match name:
            case "id":
                position = int(value)
            case "data":
                data.append(value.removeprefix(" "))
            case "" if not line and position is not None:
                yield position, json.loads("\n".join(data)) if data else None
                position, data = None, []
            case _:
                pass
