"""The AsyncAPI document: every topic with its messages, and which service sends and receives them."""

from collections.abc import Iterator
from typing import Any, Final

from deploy.schemas.crossings import CROSSINGS, Crossing
from deploy.schemas.json_schemas import Schema, data_schema
from executor_service.bootstrap.http import VERSION
from shared.contracts import DEAD_LETTER_SUFFIX, TOPICS, Topic

ASYNC_API: Final = "3.1.0"
_FORMAT: Final = "application/schema+json;version=draft-2020-12"
_BINDING: Final = "0.5.0"
_TEXT: Final[Schema] = {"type": "string"}
_INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
_DEAD: Final = "dead-letter"
_PUBLISHED: Final = "published"

_INTRODUCTION: Final = (
    "Messages are CloudEvents 1.0 in binary mode: attributes are headers (`ce_id`, `ce_type`, …), the value is the "
    "data as a JSON object, never null. Delivery is at least once and in order within a key; readers drop a `ce_id` "
    "they have seen, or compare `ce_sequence`, which sorts as text. Data only gains fields: let unknown ones pass. "
    "Names of topics may have a prefix."
)


def async_api() -> dict[str, Any]:
    """Return the document."""
    topics = {topic.name: topic for topic in TOPICS}
    channels = {_word(each.topic): _channel(each, topics[each.topic]) for each in CROSSINGS}
    dead = {_word(name): _dead_letters(topic) for name, topic in topics.items() if name.endswith(DEAD_LETTER_SUFFIX)}
    messages = {_word(f"{each.topic}-{name}"): _message(each, name) for each in CROSSINGS for name in each.messages}
    return {
        "asyncapi": ASYNC_API,
        "info": {"title": "Scheduled workflows", "version": VERSION, "description": _INTRODUCTION},
        "defaultContentType": "application/json",
        "channels": {**channels, **dead, _PUBLISHED: _published()},
        "operations": dict(_operations()),
        "components": {"messages": {**messages, _DEAD: _dead_letter(), _PUBLISHED: _published_message()}},
    }


def _word(name: str) -> str:
    """Return a name without dots, which the names of components may not hold."""
    return name.replace(".", "-")


def _channel(crossing: Crossing, topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": f"The key is {crossing.key}.",
        "messages": {
            _word(name): {"$ref": f"#/components/messages/{_word(f'{topic.name}-{name}')}"}
            for name in crossing.messages
        },
        "bindings": _topic_binding(topic),
    }


def _topic_binding(topic: Topic) -> dict[str, Any]:
    kept = {"cleanup.policy": ["delete"], "retention.ms": topic.retention_ms}
    return {
        "kafka": {
            "topic": topic.name,
            "partitions": topic.partitions,
            "topicConfiguration": kept,
            "bindingVersion": _BINDING,
        }
    }


def _dead_letters(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": "Messages that could not be understood, with their own key, value and headers, and why.",
        "messages": {_DEAD: {"$ref": f"#/components/messages/{_DEAD}"}},
        "bindings": _topic_binding(topic),
    }


def _published() -> dict[str, Any]:
    return {
        "address": "{topic}",
        "description": "What the action *publish to Kafka* sends; an operator names the topics it may send to.",
        "parameters": {"topic": {"description": "One of WORKFLOWS_PUBLISH_TOPICS."}},
        "messages": {_PUBLISHED: {"$ref": f"#/components/messages/{_PUBLISHED}"}},
    }


def _message(crossing: Crossing, name: str) -> dict[str, Any]:
    schema = data_schema(crossing.messages[name], name)
    text: str = schema.pop("description", "")
    return {
        "name": name,
        "title": name,
        "summary": text.partition("\n")[0],
        "description": text,
        "contentType": "application/json",
        "headers": _headers(name, is_ours=crossing.way == "OUT"),
        "payload": {"schemaFormat": _FORMAT, "schema": schema},
        "bindings": _key_binding(crossing.key),
    }


def _key_binding(words: str) -> dict[str, Any]:
    return {"kafka": {"key": {"type": "string", "description": f"It is {words}."}, "bindingVersion": _BINDING}}


def _headers(name: str, *, is_ours: bool) -> Schema:
    """Return what the headers hold; `is_ours` are sent with all of them, others with what CloudEvents asks for."""
    asked: dict[str, Schema] = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": _TEXT,
        "ce_source": {**_TEXT, "pattern": "^/workflows/"} if is_ours else _TEXT,
        "ce_type": {"const": name},
    }
    more: dict[str, Schema] = {
        "ce_subject": {**_TEXT, "description": "The key."},
        "ce_time": _INSTANT,
        "ce_sequence": {**_TEXT, "pattern": r"^\d{20}\.\d{6}$"} if is_ours else _TEXT,
        "content-type": {"const": "application/json"} if is_ours else _TEXT,
    }
    needed = sorted({**asked, **more} if is_ours else asked)
    return {"type": "object", "required": needed, "properties": {**asked, **more, "traceparent": _TEXT}}


def _dead_letter() -> dict[str, Any]:
    names = ("dl-topic", "dl-partition", "dl-offset", "dl-timestamp", "dl-reason", "dl-error")
    return {
        "name": _DEAD,
        "title": "A dead letter",
        "summary": "The bytes of a message that could not be understood; the error is cut at 1 KB.",
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "required": list(names), "properties": dict.fromkeys(names, _TEXT)},
    }


def _published_message() -> dict[str, Any]:
    headers = _headers("", is_ours=True)
    properties = {**headers["properties"], "ce_type": {**_TEXT, "description": "The action says which."}}
    return {
        "name": _PUBLISHED,
        "title": "A message of the action publish to Kafka",
        "summary": "Key, type and body are the action's; `ce_id` is the key of the effect, the same on every attempt.",
        "contentType": "application/json",
        "headers": {**headers, "properties": properties},
        "payload": {"schemaFormat": _FORMAT, "schema": {"type": "object"}},
    }


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for crossing in CROSSINGS:
        for service in crossing.senders:
            yield _operation(service, "send", crossing.topic)
        for service in crossing.receivers:
            yield _operation(service, "receive", crossing.topic)
            yield _operation(service, "send", crossing.topic + DEAD_LETTER_SUFFIX)
    yield _operation("executor", "send", _PUBLISHED)


def _operation(service: str, action: str, topic: str) -> tuple[str, dict[str, Any]]:
    described = {
        "action": action,
        "channel": {"$ref": f"#/channels/{_word(topic)}"},
        "tags": [{"name": service}],
    }
    return f"{service}-{action}-{_word(topic)}", described
