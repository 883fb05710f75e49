"""What a request is for: a path or a parameter that holds NUL names nothing the database could be asked for."""

from starlette.types import ASGIApp, Receive, Scope, Send

from executor_service.web.errors import NotFoundError, UnreadableError
from executor_service.web.responses import error_response


class PlainTarget:
    """Ends a request whose path (404) or query (400) holds NUL."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or end it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif "\x00" in scope["path"]:
            await error_response(NotFoundError("path"), path=scope["path"])(scope, receive, send)
        elif b"%00" in scope["query_string"]:
            error = UnreadableError("NUL", "a parameter holds the character NUL")
            await error_response(error, path=scope["path"])(scope, receive, send)
        else:
            await self._app(scope, receive, send)
