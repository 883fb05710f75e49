"""Log lines: JSON, one a line, and nothing personal in them, whatever went wrong."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import structlog
from pydantic import BaseModel, TypeAdapter

from shared.correlation import correlated, of_message
from shared.logs import configure_logs, described, get_logger

VALUE = "åse@example.com"


class _Person(BaseModel):
    age: int


def _pydantic() -> None:
    TypeAdapter(_Person).validate_python({"age": VALUE})


def _value() -> None:
    int(VALUE)


def _key() -> None:
    raise KeyError(VALUE)


def _constraint() -> None:
    error: Any = asyncpg.UniqueViolationError(f"Key (value)=({VALUE}) already exists.")
    error.sqlstate, error.table_name, error.constraint_name = "23505", "record_keys", "record_keys_pk"
    raise error


def _data() -> None:
    error: Any = asyncpg.InvalidTextRepresentationError(f'invalid input syntax for type bigint: "{VALUE}"')
    error.sqlstate = "22P02"
    raise error


def _chained() -> None:
    try:
        _value()
    except ValueError as error:
        raise RuntimeError("The pass was given up") from error


def _group() -> None:
    raise ExceptionGroup("several", [ValueError(VALUE), KeyError(VALUE)])


RAISING = [_pydantic, _value, _key, _constraint, _data, _chained, _group]


@pytest.fixture(autouse=True)
def _configured() -> Iterator[None]:
    before = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:], level = before
    logging.root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("raising", RAISING)
def test_an_error_is_told_by_its_places_and_without_the_value_it_met(
    raising: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("executor")
    try:
        raising()
    except Exception as error:  # each of them is to be told
        get_logger("test").exception("A pass failed", error=described(error))
        logging.getLogger("aiokafka").exception("A library says so")
    ours, theirs = lines(capsys)
    for line in (ours, theirs):
        assert line["service"] == "executor"
        assert raising.__name__ in line["exception"]
        assert VALUE not in json.dumps(line, ensure_ascii=False)


def test_what_names_things_and_no_values_is_told() -> None:
    constraint: Any = asyncpg.UniqueViolationError("Key ...")
    constraint.sqlstate, constraint.constraint_name, constraint.table_name = "23505", "record_keys_pk", "record_keys"
    assert described(constraint) == "UniqueViolationError: 23505 record_keys record_keys_pk"
    assert described(ConnectionRefusedError(111, "Connection refused")).endswith("Connection refused")
    with pytest.raises(ValueError, match="age") as caught:
        _pydantic()
    assert described(caught.value) == "ValidationError: age: int_parsing"


def test_the_first_cause_stands_first(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("executor")
    try:
        _chained()
    except RuntimeError:
        get_logger("test").exception("A pass failed")
    (line,) = lines(capsys)
    assert line["exception"].index("ValueError") < line["exception"].index("RuntimeError: The pass was given up")


def test_a_line_says_what_it_belongs_to_and_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("executor")
    with correlated(of_message("m-1", {})):
        get_logger("test").warning("A message became a dead letter", reason="two\nlines\x1b[31m")
    get_logger("test").info("Publishing")
    first, second = lines(capsys)
    assert (first["correlation_id"], first["reason"]) == ("m-1", "two\nlines\x1b[31m")
    assert "correlation_id" not in second
