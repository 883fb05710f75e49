"""Publishing to Kafka: in the log and in payloads by one commit, sent by the relay under the key of its effect."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from executor_service.execution.actions import Catalogue
from executor_service.execution.handlers.advancing import Worker, advance_next
from executor_service.execution.messages import join_contents, published_messages
from executor_service.workflows.handlers import create_workflow
from shared.cloud_events import Message, decode
from shared.contracts import effect_id
from tests.integration.execution.conftest import EVERYONE, World, flow
from tests.integration.execution.walking import single

CATALOGUE = Catalogue.of(publish_topics=["acme.leads"])


async def enrolled(world: World, **fields: Any) -> int:
    """Enroll all contacts into a workflow that publishes them."""
    action = single("1", "2-1", {"topic": "acme.leads", **fields})
    body = flow([action], EVERYONE, ((await world.now()).hour + 3) % 24)
    written = await create_workflow(work=world.workflow_work(), catalogue=CATALOGUE, body=body, may_publish=True)
    await world.come_due(written.state.workflow_id)
    await world.evaluate()
    return written.state.workflow_id


async def advance(world: World) -> None:
    session, worker = world.session(), Worker("publisher", CATALOGUE)
    while await advance_next(session=session, worker=worker) == 0.0:
        pass


async def sent(world: World, topic: str = "acme.leads") -> Sequence[Message]:
    """Return what the relay would send to a topic now."""
    events = await world.events("ActionDone")
    async with world.open_work() as work:
        joined = await join_contents(events, payloads=work.payloads, topic=topic)
    return [message for event in joined for message in published_messages(event, topic=topic)]


async def test_each_record_is_a_message_with_its_own_key_type_and_body(world: World) -> None:
    [one, two] = [*await world.contacts(1, city="Oslo", annualrevenue=Decimal("1.10")), *await world.contacts(1)]
    await enrolled(
        world,
        key="{{ enrolled_object.city }}",
        event_type="acme.{{ enrolled_object.city | lower | default: 'nowhere' }}.v1",
        payload={"b": "{{ enrolled_object.annualrevenue }}", "a": ["in {{ enrolled_object.city }}", 1.5, None, True]},
    )
    await advance(world)
    messages = await sent(world)
    assert [(message.key, orjson.loads(message.value)) for message in messages] == [
        (b"Oslo", {"b": 1.1, "a": ["in Oslo", 1.5, None, True]}),
        (str(two).encode(), {"b": None, "a": ["in ", 1.5, None, True]}),
    ]
    [done] = await world.events("ActionDone")
    envelope = decode(messages[0].key, messages[0].value, messages[0].headers)
    [occurrence_id] = [row["id"] for row in await world.pool.fetch("SELECT id FROM occurrences")]
    assert envelope.id == str(effect_id(occurrence_id, one, "1", 1))
    assert (envelope.type, envelope.source, envelope.subject) == ("acme.oslo.v1", "/workflows/executor", "Oslo")
    assert "Oslo" not in orjson.dumps(done.data).decode()


async def test_the_body_is_by_default_the_record_as_the_crm_gives_it(world: World) -> None:
    [one] = await world.contacts(1, city="Oslo", annualrevenue=Decimal("1.10"))
    await enrolled(world)
    await advance(world)
    [message] = await sent(world)
    body = orjson.loads(message.value)
    assert (body["id"], body["archived"]) == (str(one), False)
    assert (body["properties"]["city"], body["properties"]["annualrevenue"]) == ("Oslo", "1.1")
    assert body["properties"]["hs_object_id"] == str(one)
    assert body["createdAt"] == body["properties"]["createdate"]
    assert (message.key, dict(message.headers)["ce_type"]) == (str(one).encode(), b"workflows.published.v1")


async def test_what_is_erased_is_not_sent_and_the_rest_is(world: World) -> None:
    records = await world.contacts(3)
    await enrolled(world)
    await advance(world)
    await world.pool.execute("UPDATE payloads SET contents[array_position(record_ids, $1)] = NULL", records[1])
    assert [message.key for message in await sent(world)] == [str(records[0]).encode(), str(records[2]).encode()]


async def test_another_topic_gets_nothing(world: World) -> None:
    await world.contacts(1)
    await enrolled(world)
    await advance(world)
    assert await sent(world, "acme.other") == []


async def test_whoever_cannot_be_rendered_fails_and_the_others_are_published(world: World) -> None:
    [one] = await world.contacts(1, city="2")
    await world.contacts(1, city="Oslo")
    await world.contacts(1, city="3" * 1100)
    await enrolled(world, key="{{ enrolled_object.city }}", payload={"n": "{{ enrolled_object.city | multiply: 2 }}"})
    await advance(world)
    assert await world.groups() == [("FAILED", "FORMULA_ERROR", 2), ("SUCCEEDED", None, 1)]
    assert [orjson.loads(message.value) for message in await sent(world)] == [{"n": 4}]
    assert one > 0
