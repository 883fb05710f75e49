"""`/v1/dead-letters`, on both services: each serves its own. Who may call, and how refusals are said, they decide."""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.params import Depends

from shared.contracts import instant_text
from shared.dead_letters import DeadLetter, DeadLetters, State
from shared.kafka.acceptance import Attempt

_PATH: Final = "/v1/dead-letters"
_HIGHEST_ID: Final = 2**63 - 1
_ID: Final = re.compile(r"[1-9][0-9]{0,17}")
# A retry insists while the database is away; its caller, whose transaction may not idle longer, does not.
_RETRY_SECONDS: Final = 2.5

Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[int, Query(ge=1, le=_HIGHEST_ID)]
Topic = Annotated[str | None, Query(max_length=249, pattern="^[A-Za-z0-9._-]*$")]


Act = Callable[[], Awaitable[dict[str, Any]]]
Once = Callable[[Request, Act], Awaitable[dict[str, Any]]]
"""Runs an act once for each Idempotency-Key, and returns its outcome."""


class NoSuchLetterError(LookupError):
    """An id that no dead letter of this service has."""

    def __init__(self, letter_id: str) -> None:
        super().__init__(f"there is no dead letter {letter_id[:100]}")
        self.letter_id = letter_id


class LetterRetriedError(Exception):
    """A letter that cannot be discarded any more: its message was taken."""

    def __init__(self, letter_id: int) -> None:
        super().__init__(f"the message of dead letter {letter_id} was retried and taken")
        self.letter_id = letter_id


class TopicNotReadError(Exception):
    """A letter of a topic that this service does not read: its prefix was another one."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"{topic} is not read here")
        self.topic = topic


class DeadLetterCalls:
    """The calls; `attempts` are, by topic, the handlers that a retry hands a message to."""

    def __init__(
        self,
        letters: DeadLetters,
        *,
        service: str,
        attempts: Mapping[str, Attempt],
        answered: Callable[[], AbstractContextManager[None]],
        once: Once,
    ) -> None:
        """`answered` turns the errors of this module into those of the service's surface."""
        self._letters = letters
        self._service = service
        self._attempts = attempts
        self._answered = answered
        self._once = once

    async def listed(
        self, topic: Topic = None, state: State | None = None, limit: Limit = 100, cursor: Cursor = _HIGHEST_ID
    ) -> Response:
        """List the messages that could not be understood, newest first."""
        found = await self._letters.page(topic=topic, state=state, below=cursor, limit=limit + 1)
        following = str(found[limit - 1].id) if len(found) > limit else None
        return _answer({"data": [self._row(letter) for letter in found[:limit]], "nextCursor": following})

    async def shown(self, letter_id: str) -> Response:
        """Show one, with its bytes in base64."""
        with self._answered():
            return self._whole(await self._known(letter_id))

    async def retry(self, letter_id: str, request: Request) -> Response:
        """Hand a message to the handler of its topic once more.

        It is `RETRIED` when it was taken; else it stays what it was, with the reason of this attempt.
        """

        async def act() -> dict[str, Any]:
            letter = await self._known(letter_id)
            if letter.state != "RETRIED":
                await self._retry(letter)
            return {"id": letter_id}

        with self._answered():
            await self._once(request, act)
            return self._whole(await self._known(letter_id))

    async def discard(self, letter_id: str, request: Request) -> Response:
        """Put a message aside for good; it can be retried still."""

        async def act() -> dict[str, Any]:
            letter = await self._known(letter_id)
            await self._letters.close(letter.id, "DISCARDED")
            if (await self._known(letter_id)).state == "RETRIED":
                raise LetterRetriedError(letter.id)
            return {"id": letter_id}

        with self._answered():
            await self._once(request, act)
            return self._whole(await self._known(letter_id))

    async def _retry(self, letter: DeadLetter) -> None:
        attempt = self._attempts.get(letter.message.topic)
        if attempt is None:
            raise TopicNotReadError(letter.message.topic)
        await self._letters.count_attempt(letter.id)
        async with asyncio.timeout(_RETRY_SECONDS):
            refusal = await attempt(letter.message)
        if refusal is None:
            await self._letters.close(letter.id, "RETRIED")
        else:
            await self._letters.note_refusal(letter.id, refusal)

    async def _known(self, letter_id: str) -> DeadLetter:
        letter = await self._letters.read(int(letter_id)) if _ID.fullmatch(letter_id) else None
        if letter is None:
            raise NoSuchLetterError(letter_id)
        return letter

    def _whole(self, letter: DeadLetter) -> Response:
        headers = [{"name": name, "value": _base64(content)} for name, content in letter.message.headers]
        return _answer(self._row(letter) | {"value": _base64(letter.message.value), "headers": headers})

    def _row(self, letter: DeadLetter) -> dict[str, Any]:
        message = letter.message
        return {
            "id": str(letter.id),
            "service": self._service,
            "topic": message.topic,
            "partition": message.partition,
            "offset": message.offset,
            "timestamp": instant_text(message.timestamp),
            "key": None if message.key is None else message.key.decode(errors="backslashreplace"),
            "reason": letter.reason,
            "error": letter.error,
            "state": letter.state,
            "attempts": letter.attempts,
        }


def dead_letters_router(
    calls: DeadLetterCalls, *, reading: Sequence[Depends] = (), acting: Sequence[Depends] = ()
) -> APIRouter:
    """Return the router; `reading` and `acting` are what lets a caller pass."""
    router = APIRouter(tags=["dead letters"])
    router.add_api_route(_PATH, calls.listed, methods=["GET"], dependencies=reading)
    router.add_api_route(_PATH + "/{letter_id}", calls.shown, methods=["GET"], dependencies=reading)
    router.add_api_route(_PATH + "/{letter_id}/retry", calls.retry, methods=["POST"], dependencies=acting)
    router.add_api_route(_PATH + "/{letter_id}/discard", calls.discard, methods=["POST"], dependencies=acting)
    return router


def _base64(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _answer(body: Any) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
