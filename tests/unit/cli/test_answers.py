"""Answers of the server that are no success: what people are told, and the exit code."""

import httpx2
import pytest

from executor_service.cli.answers import read_answer, refusal
from executor_service.cli.failures import CommandError, Exit, Problem, RefusedError

PROBLEM = {
    "type": "urn:workflows:problem:refused",
    "title": "The request is not allowed",
    "status": 422,
    "detail": "actions[2].fields.value: must be an object",
    "errors": [{"code": "WRONG_TYPE", "field": "actions[2].fields.value", "reason": "must be an object"}],
}
ENVELOPE = {
    "status": "error",
    "message": "name: is required (and 1 more)",
    "category": "VALIDATION_ERROR",
    "errors": [
        {"code": "INCOMPLETE", "in": "name", "message": "is required"},
        {"code": "UNKNOWN_FIELD", "in": "actions[0].colour", "message": "is no field"},
    ],
}


@pytest.mark.parametrize(
    ("status", "exit_code"),
    [
        *((400, Exit.INVALID_INPUT), (422, Exit.INVALID_INPUT), (413, Exit.INVALID_INPUT)),
        *((401, Exit.FORBIDDEN), (403, Exit.FORBIDDEN), (404, Exit.NOT_FOUND), (409, Exit.CONFLICT)),
        *((500, Exit.FAILURE), (302, Exit.FAILURE), (503, Exit.UNREACHABLE)),
    ],
)
def test_each_status_has_its_exit_code(status: int, exit_code: Exit) -> None:
    assert refusal(status, None).exit_code == exit_code


def test_exit_codes_are_the_numbers_scripts_rely_on() -> None:
    assert [code.value for code in Exit] == [1, 2, 3, 4, 5, 7, 8]


def test_the_fields_of_both_error_forms_are_told() -> None:
    assert refusal(422, PROBLEM).problems == (Problem("actions[2].fields.value", "must be an object"),)
    told = refusal(400, ENVELOPE)
    assert [str(problem) for problem in told.problems] == ["name: is required", "actions[0].colour: is no field"]


def test_a_single_problem_without_a_place_is_the_message() -> None:
    body = {
        "title": "Not found",
        "detail": "there is no workflow 9",
        "errors": [{"field": "", "reason": "no workflow 9"}],
    }
    told = refusal(404, body)
    assert (told.message, told.problems) == ("no workflow 9", ())


def test_an_answer_of_something_else_is_a_failure_and_not_data() -> None:
    request = httpx2.Request("GET", "http://x/")
    with pytest.raises(CommandError, match="not JSON"):
        read_answer(httpx2.Response(200, text="<html>", request=request))
    with pytest.raises(RefusedError, match="status 502"):
        read_answer(httpx2.Response(502, text="<html>", request=request))


def test_a_success_without_a_body_is_nothing() -> None:
    assert read_answer(httpx2.Response(204, request=httpx2.Request("GET", "http://x/"))) is None
