"""What people ask of a workflow, over HTTP."""

from collections.abc import AsyncIterator
from functools import partial

import httpx2
import pytest
from fastapi import FastAPI

from executor_service.account.store import KeyRing, create_key
from executor_service.execution.actions import Catalogue
from executor_service.execution.api import asking_router, review_router
from executor_service.execution.store import ExecutionWork, open_snapshot
from executor_service.web import Role, install_web
from executor_service.workflows.handlers import turn_off
from shared.contracts import asked_occurrence_id
from shared.postgres import Transaction
from tests.integration.execution.conftest import World, city_is, set_property


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    """A publisher's client."""
    app = FastAPI()
    install_web(app, authenticate=KeyRing(world.pool))
    app.include_router(asking_router(pool=world.pool, work_on=partial(ExecutionWork, lower=world.lower)))
    snapshots = partial(open_snapshot, world.pool, world.lower)
    app.include_router(review_router(work=world.workflow_work, catalogue=Catalogue(), open_snapshot=snapshots))
    async with Transaction(world.pool) as work:
        key = (await create_key(work.connection, "publisher", Role.PUBLISHER)).key
        await work.commit()
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://workflows", headers=headers) as made:
        yield made


async def test_a_wish_is_answered_with_its_occurrence_and_the_logs_position(
    world: World, client: httpx2.AsyncClient
) -> None:
    records = await world.contacts(2)
    number = await world.workflow(set_property("1", "company", "ACME"))
    path, body = f"/v1/workflows/{number}", {"recordIds": [str(each) for each in records]}

    enrolled = await client.post(f"{path}/enrollments", json=body, headers={"idempotency-key": "k1"})
    again = await client.post(f"{path}/enrollments", json=body, headers={"idempotency-key": "k1"})
    ran = await client.post(f"{path}/run")
    ran_again = await client.post(f"{path}/run")
    left = await client.post(f"{path}/unenrollments", json=body)

    assert [each.status_code for each in (enrolled, again, ran, ran_again, left)] == [202] * 5
    assert enrolled.json()["occurrenceId"] == str(asked_occurrence_id(number, "MANUAL", "k1"))
    assert again.json() == enrolled.json()
    assert enrolled.headers["workflows-position"] == str(enrolled.json()["position"])
    assert ran.json()["occurrenceId"] != ran_again.json()["occurrenceId"]
    assert set(left.json()) == {"position"}
    events = await world.events("OccurrenceRecorded", "UnenrollmentRequested")
    assert [event.position for event in events] == [
        each.json()["position"] for each in (enrolled, ran, ran_again, left)
    ]
    assert {event.metadata["actor"][:4] for event in events} == {"key-"}


async def test_ids_that_are_no_records_are_refused_by_position(world: World, client: httpx2.AsyncClient) -> None:
    [first, second] = await world.contacts(2)
    await world.archive(second)
    number = await world.workflow()
    body = {"recordIds": [str(first), str(second), "x", str(first)]}

    answers = [
        await client.post(f"/v1/workflows/{number}/{word}", json=body) for word in ("enrollments", "unenrollments")
    ]

    for answer in answers:
        assert answer.status_code == 422
        assert [(each["code"], each["field"]) for each in answer.json()["errors"]] == [
            ("NOT_FOUND", "recordIds[1]"),
            ("NOT_FOUND", "recordIds[2]"),
            ("DUPLICATE_ID", "recordIds[3]"),
        ]
    many = await client.post(f"/v1/workflows/{number}/enrollments", json={"recordIds": ["1"] * 10_001})
    assert [(each["code"], each["field"]) for each in many.json()["errors"]] == [("TOO_MANY", "recordIds")]
    assert await world.states(number) == []


async def test_a_workflow_that_is_off_enrolls_nobody_but_lets_records_leave(
    world: World, client: httpx2.AsyncClient
) -> None:
    body = {"recordIds": [str(each) for each in await world.contacts(1)]}
    number = await world.workflow()
    await turn_off(number, work=world.workflow_work())

    enrolled = await client.post(f"/v1/workflows/{number}/enrollments", json=body)
    ran = await client.post(f"/v1/workflows/{number}/run")
    left = await client.post(f"/v1/workflows/{number}/unenrollments", json=body)
    unknown = await client.post(f"/v1/workflows/{number + 1}/run")

    assert [each.status_code for each in (enrolled, ran, left, unknown)] == [422, 422, 202, 404]
    assert [each.json()["errors"][0]["code"] for each in (enrolled, ran)] == ["WORKFLOW_OFF"] * 2


async def test_a_review_counts_exactly_whom_a_run_would_enroll(world: World, client: httpx2.AsyncClient) -> None:
    await world.contacts(3, city="Paris")
    berliners = await world.contacts(12, city="Berlin")
    number = await world.workflow(set_property("1", "company", "ACME"), branch=city_is("Berlin"))
    body = {"recordIds": [str(each) for each in berliners[:2]]}
    await client.post(f"/v1/workflows/{number}/enrollments", json=body)
    await world.evaluate()
    await turn_off(number, work=world.workflow_work())

    answer = await client.get(f"/v1/workflows/{number}/review")

    found = answer.json()
    assert answer.status_code == 200
    assert (found["workflowId"], found["revisionId"], found["isEnabled"], found["canTurnOn"]) == (
        str(number),
        "1",
        False,
        True,
    )
    matching = found["matching"]
    assert matching["sample"] == [str(each) for each in berliners[:10]]
    assert [matching[name] for name in ("total", "suppressed", "alreadyEnrolled", "wouldEnroll")] == [12, 0, 2, 10]
    assert found["active"] == 2
    assert (len(found["nextOccurrences"]), found["timeZoneId"]) == (10, "UTC")
    assert (found["errors"], found["warnings"]) == ([], [])


async def test_a_review_tells_mistakes_and_warnings_of_a_workflow_that_is_not_ready(
    world: World, client: httpx2.AsyncClient
) -> None:
    number = await world.workflow(set_property("1", "company", "ACME"), branch=city_is("Rome"))
    await turn_off(number, work=world.workflow_work())
    await world.pool.execute(
        "UPDATE workflows SET document = jsonb_set(document::jsonb, '{actions,0,fields}', '{}') WHERE id = $1", number
    )

    found = (await client.get(f"/v1/workflows/{number}/review")).json()

    assert found["canTurnOn"] is False
    assert ("INCOMPLETE", "actions[0].fields.property_name") in [(each["code"], each["in"]) for each in found["errors"]]
    assert [(each["code"], each["in"], each["count"]) for each in found["warnings"]] == [
        ("NO_MATCH", "enrollmentCriteria", 1),
        ("INCOMPLETE_ACTION", "actions[0]", 2),
    ]
    assert (await client.get(f"/v1/workflows/{number + 1}/review")).status_code == 404
