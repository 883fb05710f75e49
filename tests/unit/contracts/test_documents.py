"""The documents of the topics and of the calls hold what they promise, and no more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import orjson
import pytest

from deploy.schemas.async_api import async_api
from deploy.schemas.files import data_schemas
from deploy.schemas.open_api import executor_api, scheduler_api
from shared.contracts import TOPICS

_OFFICIAL: Final = Path(__file__).parents[2] / "vectors" / "asyncapi" / "3.1.0.json"
_SCHEMAS: Final = data_schemas()
_EXECUTOR: Final = executor_api()
BODIES: Final = (
    *("POST /automation/v4/flows", "PUT /automation/v4/flows/{flow_id}", "POST /v1/schedules/preview"),
    *("POST /v1/criteria/count", "POST /crm/v3/objects/{object_type}/search"),
    *("POST /crm/v3/objects/{object_type}/batch/upsert", "POST /v1/workflows/{workflow_id}/enrollments"),
)


def mistakes(document: dict[str, Any]) -> list[str]:
    official = jsonschema_rs.Draft7Validator(orjson.loads(_OFFICIAL.read_bytes()))
    return [error.message for error in official.iter_errors(document)]


def test_the_document_of_the_topics_is_asyncapi() -> None:
    assert mistakes(async_api()) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document["operations"]["executor-send-published"].update(action="shout"),
        lambda document: document["channels"]["workflows-due-v1"]["bindings"]["kafka"].update(partitions="8"),
        lambda document: document.pop("info"),
    ],
    ids=["action", "partitions", "info"],
)
def test_a_document_that_is_none_is_told_from_one(spoil: Callable[[dict[str, Any]], Any]) -> None:
    document = async_api()
    spoil(document)
    assert mistakes(document) != []


def test_each_topic_is_a_channel_as_it_is_declared() -> None:
    described = {
        channel["address"]: (
            channel["bindings"]["kafka"]["partitions"],
            channel["bindings"]["kafka"]["topicConfiguration"]["retention.ms"],
        )
        for channel in async_api()["channels"].values()
        if "bindings" in channel
    }
    assert described == {topic.name: (topic.partitions, topic.retention_ms) for topic in TOPICS}


def test_every_reference_leads_somewhere() -> None:
    for document in (async_api(), _EXECUTOR, scheduler_api()):
        for place in _references(document):
            found: Any = document
            for part in place.removeprefix("#/").split("/"):
                found = found[part]


def _references(part: Any) -> list[str]:
    match part:
        case {"$ref": str() as place}:
            return [place]
        case dict():
            return [place for each in part.values() for place in _references(each)]
        case list():
            return [place for each in part for place in _references(each)]
        case _:
            return []


@pytest.mark.parametrize("name", _SCHEMAS)
def test_a_schema_is_one_of_2020_12_without_references(name: str) -> None:
    schema = _SCHEMAS[name]
    jsonschema_rs.meta.validate(schema)
    assert _references(schema) == []
    assert "type" not in schema["properties"] or name.startswith("workflows.log.")


@pytest.mark.parametrize("operation", BODIES)
def test_a_call_that_takes_a_body_says_what_may_stand_in_it(operation: str) -> None:
    method, path = operation.split(" ")
    body = _EXECUTOR["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]
    assert body["type"] == "object"


def test_errors_have_the_form_of_their_surface_and_open_paths_take_no_key() -> None:
    paths = _EXECUTOR["paths"]
    assert paths["/v1/workflows"]["get"]["responses"]["4XX"] == {"$ref": "#/components/responses/Problem"}
    assert paths["/automation/v4/flows"]["get"]["responses"]["4XX"] == {"$ref": "#/components/responses/Envelope"}
    assert paths["/livez"]["get"]["security"] == []
    assert paths["/v1/workflows"]["get"]["security"] == [{"key": []}]
    assert all("422" not in call["responses"] for calls in paths.values() for call in calls.values())
