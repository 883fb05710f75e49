"""D40: a run that failed has its times, its reason and its attempts, and is found wherever one looks."""

from datetime import datetime, timedelta

import asyncpg
import orjson

from executor_service.execution.store import EVALUATOR, DatabaseSession, session_opener
from shared.failpoints import switch_on
from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import Json, Product

DUE, NEXT = MONDAY + timedelta(minutes=30), MONDAY + timedelta(minutes=40)
TRIES = (1, 15, 40, 90, 200)


async def tried_in_vain(product: Product) -> None:
    """Let an occurrence come due whose evaluation ends in an error before its commit, five times."""
    for seconds in TRIES:
        switch_on("executor.evaluated_before_commit:1:raise")
        await product.pass_to(DUE + timedelta(seconds=seconds))
    switch_on("")


async def failed_one(product: Product, workflow_id: int) -> Json:
    """Return the occurrence that failed, as a filter by state and time finds it."""
    span = {"from": DUE.isoformat(), "to": (DUE + timedelta(minutes=1)).isoformat()}
    (row,) = await product.occurrences(workflow_id, state="FAILED", **span)
    return row


async def test_a_failed_run_is_one_row_with_times_reason_and_attempts_and_the_next_one_runs(product: Product) -> None:
    await product.contacts({"email": "ada@example.com"})
    workflow_id = await product.create(flow(at("12:30", "12:40")))
    await tried_in_vain(product)
    row = await failed_one(product, workflow_id)

    assert (row["dueAt"], row["failure"]) == ("2027-02-01T12:30:00Z", {"reason": "INTERNAL", "attempts": 5})
    assert row["evaluatedAt"] is None
    assert datetime.fromisoformat(row["recordedAt"]) < DUE + timedelta(seconds=TRIES[1])
    assert datetime.fromisoformat(row["completedAt"]) >= DUE + timedelta(seconds=TRIES[-1])
    assert row["counts"]["enrolled"] == 0
    later = {"from": NEXT.isoformat(), "to": (NEXT + timedelta(hours=1)).isoformat()}
    assert await product.occurrences(workflow_id, state="FAILED", **later) == []
    await product.pass_to(NEXT + timedelta(seconds=1))
    assert [each["state"] for each in await product.occurrences(workflow_id)] == ["FAILED", "COMPLETED"]
    assert len(await product.rows(f"/v1/workflows/{workflow_id}/enrollments")) == 1


async def test_a_failed_run_needs_review_and_is_told_on_the_topic(product: Product) -> None:
    workflow_id = await product.create(flow(at("12:30")))
    await tried_in_vain(product)
    row = await failed_one(product, workflow_id)

    (item,) = await product.review()
    assert (item["kind"], item["state"], item["workflowId"]) == ("OCCURRENCE_FAILED", "OPEN", str(workflow_id))
    assert (item["occurrenceId"], item["count"], item["sample"]) == (row["id"], 1, [row["id"]])
    failures = [
        orjson.loads(message.value)
        for message in await product.history_topic()
        if dict(message.headers)["ce_type"] == b"workflows.occurrence.failed.v1"
    ]
    assert [(each["occurrenceId"], each["reason"], each["attempts"]) for each in failures] == [
        (row["id"], "INTERNAL", 5)
    ]


async def test_an_evaluation_that_meets_its_limit_each_time_fails_as_too_slow(product: Product) -> None:
    await product.contacts(*({"email": f"{number}@example.com"} for number in range(100)))
    workflow_id = await product.create(flow(at("12:30")))
    locker = await asyncpg.connect(product.url)
    limits = {**EVALUATOR, "statement_timeout": "300"}
    own, impatient = product.evaluating, session_opener(product.url, schema="executor", settings=limits)
    product.evaluating = DatabaseSession(impatient, product.lower)
    async with locker.transaction():
        await locker.execute("LOCK TABLE executor.records")
        for seconds in TRIES:
            await product.pass_to(DUE + timedelta(seconds=seconds))
    await locker.close()
    await product.evaluating.close()
    product.evaluating = own

    assert (await failed_one(product, workflow_id))["failure"] == {"reason": "TOO_SLOW", "attempts": 5}
