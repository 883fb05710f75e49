"""What other systems see and do through Kafka: every topic that is written, commands and records that are read."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from tests.e2e.flows import SetTo, contact, daily_flow
from tests.e2e.stage import Stage
from tests.e2e.topics import Seen, producing, read_topic
from tests.e2e.waiting import eventually

WRITTEN = ("workflows.lifecycle.v1", "workflows.due.v1", "workflows.history.v1", "workflows.log.v1")
ATTRIBUTES = {"ce_id", "ce_type", "ce_source", "ce_specversion", "ce_time", "ce_subject", "ce_sequence"}


async def tell(stage: Stage, topic: str, key: str, kind: str, data: dict[str, Any], *, event_id: str) -> None:
    """Put a message into a topic, as another system does."""
    headers = {"ce_specversion": "1.0", "ce_id": event_id, "ce_source": "/crm", "ce_type": kind}
    pairs = [(name, text.encode()) for name, text in headers.items()]
    async with producing(stage.kafka) as producer:
        await producer.send_and_wait(stage.topic(topic), orjson.dumps(data), key=key.encode(), headers=pairs)


async def rows_of(stage: Stage, workflow_id: int, trigger: str) -> list[dict[str, Any]]:
    rows = await stage.rows(f"/v1/workflows/{workflow_id}/occurrences")
    return [row for row in rows if row["trigger"] == trigger]


async def test_commands_and_records_from_kafka_are_carried_out_and_answered(stage: Stage) -> None:
    minute = await stage.minute_from_now(120)
    flow = daily_flow("By command", minute=minute, actions=[SetTo("city", "Oslo")], stage="other")
    workflow_id = await stage.create(flow)
    upsert = {"objectTypeId": "0-1", "idProperty": "email", "idValue": "kafka@example.com"}
    upsert["properties"] = {"firstname": "Kafka"}  # type: ignore[assignment] # JSON
    await tell(stage, "crm.records.v1", "0-1/kafka", "crm.record.upserted.v1", upsert, event_id="r1")

    async def found() -> str | None:
        answer = await stage.client.get("/crm/v3/objects/contacts/kafka@example.com?idProperty=email")
        return answer.json()["id"] if answer.is_success else None

    record_id = await eventually("the record is there", found)
    data = {"workflowId": str(workflow_id), "recordIds": [record_id]}
    for event_id in ("first", "first", "first", "second"):
        await tell(
            stage,
            "workflows.commands.v1",
            str(workflow_id),
            "workflows.command.enroll.v1",
            data,
            event_id=f"{workflow_id} {event_id}",
        )

    async def both_done() -> bool:
        rows = await rows_of(stage, workflow_id, "COMMAND")
        return [row["state"] for row in rows] == ["COMPLETED"] * 2

    await eventually("both commands were carried out", both_done)
    nobody = {"workflowId": str(workflow_id), "recordIds": ["999999999"]}
    kind = "workflows.command.enroll.v1"
    await tell(stage, "workflows.commands.v1", str(workflow_id), kind, nobody, event_id="nobody")

    def refused(seen: Sequence[Seen]) -> bool:
        return any(message.type == "workflows.command.refused.v1" for message in seen)

    history = await read_topic(stage.kafka, stage.topic("workflows.history.v1"), until=refused)
    (answer,) = [message for message in history if message.type == "workflows.command.refused.v1"]
    assert answer.key == str(workflow_id).encode()
    assert (answer.data["commandId"], answer.data["reason"]) == ("nobody", "UNKNOWN_RECORDS")


async def test_every_message_is_a_cloud_event_for_any_reader(stage: Stage) -> None:
    await stage.import_contacts(
        [contact(f"reader{number}@example.com", lifecyclestage="subscriber") for number in (1, 2)]
    )
    minute = await stage.minute_from_now(60)
    flow = daily_flow("Read by others", minute=minute, actions=[SetTo("city", "Bergen")], stage="subscriber")
    workflow_id = await stage.create(flow)
    await stage.completed(workflow_id, await stage.come_due(workflow_id, minute=minute))
    for topic in WRITTEN:
        seen = await read_topic(stage.kafka, stage.topic(topic), until=lambda seen: len(seen) > 0)
        assert seen, topic
        by_key: dict[bytes, list[str]] = defaultdict(list)
        for message in seen:
            check_headers(message)
            assert message.key is not None
            by_key[message.key].append(message.header("ce_sequence"))
        assert [keys for keys in by_key.values() if keys != sorted(set(keys))] == [], topic


def check_headers(message: Seen) -> None:
    """Hold a message to CloudEvents' binding of Kafka, as its SDK reads it."""
    names = [name for name, _ in message.headers]
    assert len(names) == len(set(names))
    assert ATTRIBUTES <= set(names) <= ATTRIBUTES | {"content-type", "traceparent"}
    assert (message.header("content-type"), message.header("ce_specversion")) == ("application/json", "1.0")
    assert message.value is not None
    event = from_binary(
        KafkaMessage(headers=dict(message.headers), key=message.key, value=message.value), JSONFormat(), CloudEvent
    )
    assert (event.get_id(), event.get_type()) == (message.id, message.type)
    assert event.get_subject() == (message.key or b"").decode()
    assert isinstance(event.get_time(), datetime)
    assert event.get_data() == message.data
