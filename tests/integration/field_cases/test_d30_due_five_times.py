"""D30: due events five times and in any order, commands three times, run now twice: each counts once."""

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import orjson

from shared.contracts import scheduled_occurrence_id
from shared.kafka import RawMessage
from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import Product

TIMES = ("12:01", "12:02", "12:03")


async def test_each_due_instant_is_one_occurrence_and_one_evaluation_however_often_it_is_told(product: Product) -> None:
    await product.contacts({"email": "ada@example.com"})
    workflow_id = await product.create(flow(at(*TIMES)))
    for minutes in (1, 2, 3):
        await product.set_clock(MONDAY + timedelta(minutes=minutes, seconds=1))
        await product.schedule()
    copies = await told_again(product)
    await product.settle()
    await product.set_clock(MONDAY + timedelta(hours=1))
    for message in copies:
        await product.inbound.accept_due(message)
    await product.settle()

    rows = await product.occurrences(workflow_id)
    assert sorted(row["dueAt"] for row in rows) == [f"2027-02-01T{time}:00Z" for time in TIMES]
    assert {row["state"] for row in rows} == {"COMPLETED"}
    assert len(await product.events("OccurrenceEvaluated")) == len(await product.events("OccurrenceRecorded")) == 3


async def told_again(product: Product) -> list[RawMessage]:
    """Hand over what is due five times, shuffled, and return the copies."""
    await product.hand_over()
    shuffled = [message for message in product.due for _ in range(5)]
    random.Random(30).shuffle(shuffled)
    for message in shuffled:
        await product.inbound.accept_due(message)
    return shuffled


async def test_a_forged_instant_enrolls_nobody_and_a_forged_id_is_a_dead_letter(product: Product) -> None:
    await product.contacts({"email": "ada@example.com"})
    workflow_id = await product.create(flow(at(*TIMES)))
    await product.pass_to(MONDAY + timedelta(minutes=1, seconds=1))
    (real,) = [message for message in product.due if b"dueAt" in (message.value or b"")]
    instant = MONDAY + timedelta(seconds=30)
    off_beat = {"dueAt": f"{instant:%Y-%m-%dT%H:%M:%SZ}", "nominal": "2027-02-01T12:00"}
    named = {**off_beat, "occurrenceId": str(scheduled_occurrence_id(workflow_id, instant))}
    for number, changes in enumerate((named, {**off_beat, "occurrenceId": str(UUID(int=30))}), 1):
        data = orjson.loads(real.value or b"") | changes
        await product.inbound.accept_due(replace(real, offset=900 + number, value=orjson.dumps(data)))
    await product.settle()

    rows = {row["dueAt"]: row for row in await product.occurrences(workflow_id)}
    assert {due_at: (row["state"], row["skipReason"]) for due_at, row in rows.items()} == {
        "2027-02-01T12:01:00Z": ("COMPLETED", None),
        "2027-02-01T12:00:30Z": ("SKIPPED", "NOT_DUE"),
    }
    assert len(await product.rows(f"/v1/workflows/{workflow_id}/enrollments")) == 1
    (letter,) = (await product.get("/v1/dead-letters"))["data"]
    assert (letter["reason"], letter["offset"]) == ("WRONG_OCCURRENCE_ID", 902)


async def test_a_command_counts_once_for_its_id_and_run_now_once_for_its_key(product: Product) -> None:
    (record_id,) = await product.contacts({"email": "ada@example.com"})
    workflow_id = await product.create(flow(at(*TIMES)))
    for command_id in ("a", "a", "b", "a"):
        await product.command("enroll", command_id, workflowId=str(workflow_id), recordIds=[record_id])
    answers = [
        await product.say("POST", f"/v1/workflows/{workflow_id}/run", headers={"Idempotency-Key": key})
        for key in ("one", "one", "two")
    ]
    await product.settle()

    triggers = [row["trigger"] for row in await product.occurrences(workflow_id)]
    assert (triggers.count("COMMAND"), triggers.count("RUN_NOW"), len(triggers)) == (2, 2, 4)
    assert answers[0] == answers[1] != answers[2]
    assert (await product.get("/v1/dead-letters"))["data"] == []
