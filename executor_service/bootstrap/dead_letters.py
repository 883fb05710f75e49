"""The executor's dead letters as its API serves them: whoever may publish may retry and discard."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi import APIRouter, Depends, Request

from executor_service.account.api import idempotent
from executor_service.bootstrap.connecting import SCHEMA
from executor_service.web import ConflictError, NotFoundError, Role, require
from shared.dead_letter_calls import (
    Act,
    DeadLetterCalls,
    LetterRetriedError,
    NoSuchLetterError,
    TopicNotReadError,
    dead_letters_router,
)
from shared.dead_letters import DeadLetters
from shared.kafka import Attempt
from shared.postgres import Pool


def letters_router(pool: Pool, attempts: Mapping[str, Attempt]) -> APIRouter:
    """Return the router; `attempts` say, by topic, what a message is tried with once more."""

    async def once(request: Request, act: Act) -> dict[str, Any]:
        return await idempotent(request, pool, lambda _: act())

    calls = DeadLetterCalls(DeadLetters(pool), service=SCHEMA, attempts=attempts, answered=_answered, once=once)
    return dead_letters_router(
        calls, reading=[Depends(require(Role.VIEWER))], acting=[Depends(require(Role.PUBLISHER))]
    )


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except NoSuchLetterError as error:
        raise NotFoundError("dead letter", error.letter_id) from error
    except LetterRetriedError as error:
        raise ConflictError("ALREADY_RETRIED", str(error)) from error
    except TopicNotReadError as error:
        raise ConflictError("TOPIC_NOT_READ", str(error)) from error
