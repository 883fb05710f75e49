"""Publishing to Kafka: what may stand in it, and how what is sent is kept."""

from typing import Any

import pytest

from executor_service.execution.actions import Catalogue
from executor_service.execution.actions.publish import join_message, split_message

PLACE = "actions[0].fields"
CATALOGUE = Catalogue.of(publish_topics=["acme.leads"])


def problems(*, turned_on: bool = False, **fields: Any) -> list[tuple[str, str]]:
    action = {"type": "SINGLE_CONNECTION", "actionId": "1", "actionTypeId": "2-1", "fields": fields}
    ask = CATALOGUE.turn_on_problems if turned_on else CATALOGUE.problems
    return [(each.code, each.field) for each in ask(action, path="actions[0]", object_type_id="0-1", definitions={})]


def nested(levels: int) -> Any:
    return "x" if levels == 1 else [nested(levels - 1)]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"topic": "workflows.history.v1"}, ("NOT_ALLOWED", f"{PLACE}.topic")),
        ({"topic": 5}, ("WRONG_TYPE", f"{PLACE}.topic")),
        ({"key": "{{"}, ("BAD_TEMPLATE", f"{PLACE}.key")),
        ({"event_type": []}, ("WRONG_TYPE", f"{PLACE}.event_type")),
        ({"payload": {"a": ["{{ now | shout }}"]}}, ("UNKNOWN_NAME", f"{PLACE}.payload.a[0]")),
        ({"payload": {"a": {"type": "FIELD_DATA"}}}, ("UNSUPPORTED", f"{PLACE}.payload.a.type")),
        ({"payload": {"type": "LIST", "values": {}}}, ("WRONG_TYPE", f"{PLACE}.payload.values")),
        ({"payload": nested(17)}, ("TOO_MANY", f"{PLACE}.payload" + "[0]" * 16)),
        ({"headers": {}}, ("UNKNOWN_FIELD", f"{PLACE}.headers")),
    ],
)
def test_what_cannot_be_published_is_refused_at_its_place(fields: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problems(**fields) == [problem]


@pytest.mark.parametrize("payload", [None, "text", 5, [], {}, {"type": "of ours"}, nested(16)])
def test_any_json_may_be_a_body(payload: object) -> None:
    assert problems(topic="acme.leads", payload=payload) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, ("INCOMPLETE", f"{PLACE}.topic")),
        ({"topic": "acme.other"}, ("NOT_FOUND", f"{PLACE}.topic")),
        ({"topic": "acme.leads", "key": "{{ enrolled_object.gone }}"}, ("UNKNOWN_NAME", f"{PLACE}.key")),
        (
            {"topic": "acme.leads", "payload": [{"type": "OBJECT_PROPERTY", "propertyName": "gone"}]},
            ("UNKNOWN_NAME", f"{PLACE}.payload"),
        ),
    ],
)
def test_turning_on_asks_for_a_topic_and_properties_that_exist(
    fields: dict[str, Any], problem: tuple[str, str]
) -> None:
    assert problems(turned_on=True, **fields) == [problem]


def test_a_message_is_kept_as_it_is_sent() -> None:
    assert split_message(join_message('a"\n', "x.v1", b'{"n":1.10}')) == (b'a"\n', "x.v1", b'{"n":1.10}')
