"""HTTP's side of correlation: each request belongs to something, and its answer says to what."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.correlation import REQUEST_ID, correlated, of_request


class CorrelatedRequests:
    """A layer round an application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request inside what it belongs to."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation = of_request(Headers(scope=scope).get)

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault(REQUEST_ID, correlation.id)
            await send(message)

        with correlated(correlation):
            await self._app(scope, receive, say)
