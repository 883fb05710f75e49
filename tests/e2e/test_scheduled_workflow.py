"""A scheduled workflow from its import to its history, through both services, Kafka and PostgreSQL, over HTTP only.

The first test waits for a real minute, with the rule clock as it is; the others move it.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from tests.e2e.flows import SetTo, contact, daily_flow
from tests.e2e.stage import FLOWS, Stage
from tests.e2e.topics import Seen, read_topic
from tests.e2e.waiting import eventually
from tests.faults.judge import Plan, judge
from tests.faults.judge.witness import take_evidence

LEADS = 150
ACTIONS = (SetTo("jobtitle", "Lead"), SetTo("hs_lead_status", "OPEN"))
_LEAST_ROOM = timedelta(seconds=8)


def people(stage_of_life: str, count: int) -> list[dict[str, Any]]:
    return [contact(f"{stage_of_life}{n}@example.com", lifecyclestage=stage_of_life) for n in range(count)]


async def next_full_minute(stage: Stage) -> datetime:
    """The next full minute that leaves room for getting ready."""
    soon = await stage.now() + _LEAST_ROOM
    return soon.replace(second=0, microsecond=0) + timedelta(minutes=1)


def minute_of(instant: datetime) -> int:
    return instant.hour * 60 + instant.minute


def text_of(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


async def types_in(stage: Stage, topic: str, count: int) -> Counter[str]:
    """The types in a topic, as soon as it holds so many messages."""
    seen: list[Seen] = await read_topic(stage.kafka, stage.topic(topic), until=lambda seen: len(seen) >= count)
    return Counter(message.type.removeprefix("workflows.").removesuffix(".v1") for message in seen)


async def test_a_workflow_comes_due_at_the_next_full_minute_and_its_history_tells_what_was_done(stage: Stage) -> None:
    leads = await stage.import_contacts(people("lead", LEADS))
    await stage.import_contacts(people("customer", 10))
    due_at, on_from = await next_full_minute(stage), await stage.now()
    flow = daily_flow("Follow up", minute=minute_of(due_at), actions=ACTIONS, enabled=False)
    workflow_id = await stage.create(flow)
    preview = await stage.post("/v1/schedules/preview", {"schedule": flow["enrollmentSchedule"], "count": 2})
    turned_on = await stage.post(f"/v1/workflows/{workflow_id}/turn-on")

    occurrence = await stage.completed(workflow_id, due_at, seconds=140)

    instants = [text_of(due_at), text_of(due_at + timedelta(days=1))]
    assert [each["dueAt"] for each in preview["occurrences"]] == instants
    assert (turned_on["isEnabled"], turned_on["nextOccurrenceAt"]) == (True, instants[0])
    assert due_at <= datetime.fromisoformat(occurrence["evaluatedAt"]) < due_at + timedelta(seconds=60)
    assert {name: n for name, n in occurrence["counts"].items() if n} == {
        "matched": LEADS,
        "enrolled": LEADS,
        "completed": LEADS,
    }
    await check_history(stage, workflow_id, leads)
    await check_topics(stage)
    plan = Plan(workflow_id, minute_of(due_at), on_from, frozenset(leads), ACTIONS)
    verdict = judge(await take_evidence(stage, [plan]), [plan])
    assert not verdict.findings, str(verdict)
    await stage.post(f"/v1/workflows/{workflow_id}/turn-off")


async def check_history(stage: Stage, workflow_id: int, leads: list[int]) -> None:
    enrollments = await stage.rows(f"/v1/workflows/{workflow_id}/enrollments")
    log = await stage.rows(f"/v1/workflows/{workflow_id}/action-log", recordId=leads[0])
    record = await stage.get(f"/crm/v3/objects/contacts/{leads[0]}", properties="jobtitle,hs_lead_status")

    assert sorted(int(row["recordId"]) for row in enrollments) == sorted(leads)
    assert {row["status"] for row in enrollments} == {"COMPLETED"}
    assert [row["event"] for row in reversed(log)] == ["ENROLLED", "ACTION_COMPLETED", "ACTION_COMPLETED", "COMPLETED"]
    assert record["properties"] == {"jobtitle": "Lead", "hs_lead_status": "OPEN"}


async def check_topics(stage: Stage) -> None:
    assert await types_in(stage, "workflows.lifecycle.v1", 1) == {"workflow.turned-on": 1}
    assert await types_in(stage, "workflows.due.v1", 2) == {"schedule.set": 1, "occurrence.due": 1}
    assert await types_in(stage, "workflows.history.v1", 602) == {
        "occurrence.evaluated": 1,
        "record.enrolled": 150,
        "action.completed": 300,
        "record.completed": 150,
        "occurrence.completed": 1,
    }


async def test_a_workflow_that_is_turned_off_comes_due_no_more(stage: Stage) -> None:
    await stage.import_contacts(people("evangelist", 3))
    minute = await stage.minute_from_now(60)
    flow = daily_flow("Two alike", minute=minute, actions=[SetTo("city", "Oslo")], stage="evangelist")
    stays_on, goes_off = await stage.create(flow), await stage.create(flow)
    await stage.come_due(stays_on, goes_off, minute=minute)
    await eventually("both ran once", lambda: both_ran(stage, stays_on, goes_off))

    answer = await stage.post(f"/v1/workflows/{goes_off}/turn-off")
    due_at = await stage.come_due(stays_on, minute=minute)
    await stage.completed(stays_on, due_at)

    upcoming = await stage.get(f"/v1/workflows/{goes_off}/occurrences/upcoming")
    assert (answer["isEnabled"], upcoming["occurrences"]) == (False, [])
    assert len(await stage.rows(f"/v1/workflows/{stays_on}/occurrences")) == 2
    assert len(await stage.rows(f"/v1/workflows/{goes_off}/occurrences")) == 1
    await stage.post(f"/v1/workflows/{stays_on}/turn-off")


async def both_ran(stage: Stage, *workflow_ids: int) -> bool:
    rows = [await stage.rows(f"/v1/workflows/{each}/occurrences", state="COMPLETED") for each in workflow_ids]
    return all(len(each) == 1 for each in rows)


async def test_an_edit_holds_for_every_later_occurrence(stage: Stage) -> None:
    (record_id,) = await stage.import_contacts(people("opportunity", 1))
    old, new = await stage.minute_from_now(90), await stage.minute_from_now(60)
    flow = daily_flow("Before", minute=old, actions=[SetTo("company", "Before")], stage="opportunity")
    edited, witness = await stage.create(flow), await stage.create({**flow, "name": "Witness"})
    changed = daily_flow("After", minute=new, actions=[SetTo("company", "After")], stage="opportunity")
    answer = await stage.client.put(f"{FLOWS}/{edited}", json={**changed, "revisionId": "1"})
    assert answer.status_code == 200, answer.text

    new_due = await stage.come_due(edited, minute=new)
    await stage.completed(edited, new_due)
    record = await stage.get(f"/crm/v3/objects/contacts/{record_id}", properties="company")
    await stage.completed(witness, await stage.come_due(witness, minute=old))

    (occurrence,) = await stage.rows(f"/v1/workflows/{edited}/occurrences")
    assert (occurrence["revisionId"], datetime.fromisoformat(occurrence["dueAt"])) == ("2", new_due)
    assert record["properties"]["company"] == "After"
    stale = await stage.client.put(f"{FLOWS}/{edited}", json={**changed, "revisionId": "1"})
    assert stale.status_code == 409
    for workflow_id in (edited, witness):
        await stage.post(f"/v1/workflows/{workflow_id}/turn-off")


async def test_a_read_waits_for_the_position_that_a_write_answered_with(stage: Stage) -> None:
    flow = daily_flow("Read me", minute=0, actions=ACTIONS, enabled=False)
    answer = await stage.client.post(FLOWS, json=flow)
    workflow_id, position = answer.json()["id"], int(answer.headers["Workflows-Position"])

    row = await stage.get(f"/v1/workflows/{workflow_id}", position=position)
    (event,) = (await stage.get("/v1/events", after=position - 1, position=position, limit=1))["data"]
    never = await stage.client.get(f"/v1/workflows/{workflow_id}", params={"position": position + 1_000_000})

    assert (row["name"], row["isEnabled"]) == ("Read me", False)
    assert (event["position"], event["type"], event["version"]) == (position, "WorkflowSaved", 1)
    assert (never.status_code, never.json()["errors"][0]["code"]) == (409, "NOT_YET")


async def test_a_write_under_one_idempotency_key_happens_once(stage: Stage) -> None:
    flow = daily_flow("Only once", minute=0, actions=ACTIONS, enabled=False)
    one, two, other = [
        await stage.client.post(FLOWS, json=body, headers={"Idempotency-Key": "only-once"})
        for body in (flow, flow, {**flow, "name": "Another"})
    ]

    listed = await stage.get(FLOWS, limit=1000)
    assert (one.status_code, one.json()["id"]) == (two.status_code, two.json()["id"])
    assert one.headers["Workflows-Position"] == two.headers["Workflows-Position"]
    assert other.status_code == 400
    assert Counter(each["name"] for each in listed["results"])["Only once"] == 1
    assert "Another" not in {each["name"] for each in listed["results"]}


async def test_all_but_health_and_the_description_of_the_api_takes_a_key(stage: Stage) -> None:
    description = (await stage.client.get("/openapi.json", headers={"Authorization": ""})).json()
    closed = ("/v1/workflows", "/v1/events", FLOWS, "/crm/v3/objects/contacts", "/account-info/v3/details")
    without = {path: await stage.client.get(path, headers={"Authorization": ""}) for path in closed}
    wrong = await stage.client.get("/v1/workflows", headers={"Authorization": "Bearer wf_live_wrong"})
    open_ones = [await stage.client.get(path, headers={"Authorization": ""}) for path in ("/livez", "/readyz")]

    assert {path: answer.status_code for path, answer in without.items()} == dict.fromkeys(closed, 401)
    assert (wrong.status_code, wrong.headers["content-type"]) == (401, "application/problem+json")
    assert [answer.status_code for answer in open_ones] == [200, 200]
    assert description["openapi"].startswith("3.")
    assert {FLOWS, "/v1/workflows/{workflow_id}/occurrences", "/v1/schedules/preview", "/v1/criteria/count"} <= set(
        description["paths"]
    )
