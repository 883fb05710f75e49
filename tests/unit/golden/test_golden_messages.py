"""Each message is, byte for byte, what it was, and is read as what it is."""

from typing import Any, Final

import jsonschema_rs
import orjson
import pytest

from deploy.schemas.async_api import async_api
from deploy.schemas.crossings import CROSSINGS
from deploy.schemas.files import data_schemas
from shared.cloud_events import decode
from tests.golden.messages import GIVEN, made_messages, read_messages

_SCHEMAS: Final = data_schemas()
_TOPICS: Final = async_api()
_MODELS: Final = {f"{each.topic}/{name}": model for each in CROSSINGS for name, model in each.messages.items()}
_SENT: Final = [
    name for each in CROSSINGS if each.way == "OUT" for name in (f"{each.topic}/{word}" for word in each.messages)
]


def holds(schema: dict[str, Any], value: Any) -> list[str]:
    """Return what of a value a schema does not allow."""
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    return [error.message for error in validator.iter_errors(value)]


def test_messages_are_those_of_the_golden_file() -> None:
    assert made_messages() == read_messages()


def test_a_message_of_each_type_that_is_sent_is_in_the_golden_file() -> None:
    assert sorted(read_messages()) == sorted(_SENT)


@pytest.mark.parametrize("name", _SENT)
def test_a_message_that_is_sent_is_as_its_schema_says_and_holds_nothing_else(name: str) -> None:
    message = read_messages()[name]
    data, schema = orjson.loads(message["value"]), _SCHEMAS[name]
    assert holds(schema, data) == []
    assert data.keys() <= schema["properties"].keys()


@pytest.mark.parametrize("name", _SENT)
def test_the_headers_of_a_message_are_as_the_document_of_the_topics_says(name: str) -> None:
    described = _TOPICS["components"]["messages"][name.replace(".", "-").replace("/", "-")]
    assert holds(described["headers"], read_messages()[name]["headers"]) == []


@pytest.mark.parametrize("name", _SENT)
def test_a_message_that_is_sent_is_read_as_what_it_is(name: str) -> None:
    message = read_messages()[name]
    headers = [(key, content.encode()) for key, content in message["headers"].items()]
    envelope = decode(message["key"].encode(), message["value"].encode(), headers)
    kind = {} if name.startswith("workflows.log.") else {"type": envelope.type}
    read = _MODELS[name].model_validate({**envelope.data, **kind})
    written = read.model_dump(mode="json", by_alias=True, exclude=set(kind), exclude_unset=True)
    assert written == envelope.data
    assert envelope.subject == message["key"]


def test_each_type_that_others_send_has_an_example() -> None:
    assert sorted(GIVEN) == sorted(_MODELS.keys() - set(_SENT))


@pytest.mark.parametrize("name", GIVEN)
def test_a_message_of_others_is_read_and_is_as_its_schema_says(name: str) -> None:
    data, kind = GIVEN[name], name.partition("/")[2]
    read = _MODELS[name].model_validate({**data, "type": kind})
    assert read.model_dump(mode="json", by_alias=True, exclude={"type"}, exclude_unset=True) == data
    assert holds(_SCHEMAS[name], data) == []
