"""`/v1/workflows/{id}/enrollments`, `/unenrollments`, `/run`: a wish is filed, and its evaluator takes it in order."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.responses import Response

from executor_service.account.api import actor_metadata, idempotent
from executor_service.execution.domain.requests import RECORDS_AT_MOST
from executor_service.execution.handlers.asking import (
    Asked,
    CommandReusedError,
    NoCriteriaError,
    NoSuchWorkflowError,
    TooManyRecordsError,
    UnknownRecordsError,
    WorkflowOffError,
    ask_enrollment,
    ask_run,
    ask_unenrollment,
)
from executor_service.execution.ports import OpenWork, Work
from executor_service.web import (
    NotFoundError,
    Problem,
    RefusedError,
    Role,
    describe_body,
    json_response,
    parse_id,
    path_id,
    read_model,
    require,
)
from shared.postgres import Connection, Pool

_Metadata = Annotated[dict[str, Any], Depends(actor_metadata)]
_NO_RECORD = 0

WorkOn = Callable[[Connection], Work]
"""Makes a unit of work inside the transaction of a connection."""


class RecordsBody(BaseModel):
    """The records that a wish is about."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    record_ids: Annotated[list[str], Field(min_length=1, max_length=RECORDS_AT_MOST)]

    @property
    def numbers(self) -> list[int]:
        """The ids; a text that is none names no record."""
        return [parse_id(text) or _NO_RECORD for text in self.record_ids]


class _Ask(Protocol):
    async def __call__(self, *, command_id: str, open_work: OpenWork, metadata: dict[str, Any]) -> Asked: ...


class AskingCalls:
    """The calls that ask something of a workflow."""

    def __init__(self, pool: Pool, work_on: WorkOn) -> None:
        self._pool = pool
        self._work_on = work_on

    async def enroll(self, workflow_id: str, request: Request, metadata: _Metadata) -> Response:
        """Enroll records by hand; whether they match does not count."""
        number, body = path_id(workflow_id, "workflow"), await read_model(request, RecordsBody)
        return await self._answer(request, metadata, partial(ask_enrollment, number, body.numbers, trigger="MANUAL"))

    async def unenroll(self, workflow_id: str, request: Request, metadata: _Metadata) -> Response:
        """Let records leave before their next action."""
        number, body = path_id(workflow_id, "workflow"), await read_model(request, RecordsBody)
        return await self._answer(request, metadata, partial(ask_unenrollment, number, body.numbers))

    async def run(self, workflow_id: str, request: Request, metadata: _Metadata) -> Response:
        """Evaluate the criteria now, and enroll whom they match."""
        return await self._answer(
            request, metadata, partial(ask_run, path_id(workflow_id, "workflow"), trigger="RUN_NOW")
        )

    async def _answer(self, request: Request, metadata: dict[str, Any], ask: _Ask) -> Response:
        command_id = request.headers.get("idempotency-key") or secrets.token_urlsafe()

        async def act(connection: Connection) -> dict[str, Any]:
            open_work = partial(self._work_on, connection)
            asked = await ask(command_id=command_id, open_work=open_work, metadata=metadata)
            named = {} if asked.occurrence_id is None else {"occurrenceId": str(asked.occurrence_id)}
            return {**named, "position": asked.position}

        with _answered():
            outcome = await idempotent(request, self._pool, act)
        return json_response(outcome, status=202, position=outcome["position"])


def asking_router(*, pool: Pool, work_on: WorkOn) -> APIRouter:
    """Return the router of what is asked of a workflow."""
    calls = AskingCalls(pool, work_on)
    router = APIRouter(
        prefix="/v1/workflows/{workflow_id}", tags=["workflows"], dependencies=[Depends(require(Role.PUBLISHER))]
    )
    described = describe_body(RecordsBody)
    router.add_api_route("/enrollments", calls.enroll, methods=["POST"], status_code=202, openapi_extra=described)
    router.add_api_route("/unenrollments", calls.unenroll, methods=["POST"], status_code=202, openapi_extra=described)
    router.add_api_route("/run", calls.run, methods=["POST"], status_code=202)
    return router


@contextmanager
def _answered() -> Iterator[None]:
    """Turn what handlers raise into the answers of the surface."""
    try:
        yield
    except NoSuchWorkflowError as error:
        raise NotFoundError("workflow", error.workflow_id) from error
    except WorkflowOffError as error:
        raise RefusedError([Problem(error.code, "", "the workflow is off and enrolls nobody")]) from error
    except NoCriteriaError as error:
        reason = "the workflow enrolls by hand only: there are no criteria to be evaluated"
        raise RefusedError([Problem("NOT_ALLOWED", "", reason)]) from error
    except UnknownRecordsError as error:
        raise RefusedError(_record_problems(error.positions, error.doubles)) from error
    except TooManyRecordsError as error:
        raise RefusedError([Problem(error.code, "recordIds", str(error))]) from error
    except CommandReusedError as error:
        reason = "another request was made with this Idempotency-Key"
        raise RefusedError([Problem("NOT_ALLOWED", "Idempotency-Key", reason)]) from error


def _record_problems(unknown: Sequence[int], doubles: Sequence[int]) -> list[Problem]:
    reasons = dict.fromkeys(doubles, ("DUPLICATE_ID", "stands in the list before"))
    gone = ("NOT_FOUND", "is no record of the workflow's object type, or an archived one")
    reasons |= dict.fromkeys(unknown, gone)
    return [Problem(code, f"recordIds[{position}]", reason) for position, (code, reason) in sorted(reasons.items())]
