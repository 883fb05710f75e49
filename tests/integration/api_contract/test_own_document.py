"""The application is called as its own document says, with what it says may be sent and with what it does not."""

import copy
from dataclasses import replace
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.schemas.open_api import executor_api
from tests.integration.api_contract.conftest import Application

_CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
_OPERATIONS: Final = [
    pytest.param(method, path, id=f"{method.upper()} {path}")
    for path, operations in executor_api()["paths"].items()
    for method in operations
]
_EXAMPLES: Final = 3
_MANY_EXAMPLES: Final = 200


def call(application: Application, method: str, path: str, *, examples: int) -> None:
    """Send requests to one operation and hold each answer to the document."""
    schema = schemathesis.openapi.from_dict(application.document)
    operation = schema[path][method]

    takes_something = any(operation.definition.raw.get(part) for part in ("parameters", "requestBody"))
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if takes_something else (GenerationMode.POSITIVE,)
    for mode in modes:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def each(case: Any) -> None:
            key = {"authorization": f"Bearer {application.key}"}
            case.call_and_validate(base_url=application.url, headers=key, checks=_CHECKS)

        each()


@pytest.mark.parametrize(("method", "path"), _OPERATIONS)
def test_an_operation_answers_as_the_document_says(application: Application, method: str, path: str) -> None:
    call(application, method, path, examples=_EXAMPLES)


@pytest.mark.long
@pytest.mark.parametrize(("method", "path"), _OPERATIONS)
def test_an_operation_answers_so_whatever_it_is_sent(application: Application, method: str, path: str) -> None:
    call(application, method, path, examples=_MANY_EXAMPLES)


def test_an_answer_that_the_document_does_not_name_is_found(application: Application) -> None:
    document = copy.deepcopy(application.document)
    document["paths"]["/v1/criteria/count"]["post"]["responses"] = {"201": {"description": "Never sent."}}
    with pytest.raises(FailureGroup):
        call(replace(application, document=document), "post", "/v1/criteria/count", examples=_EXAMPLES)
