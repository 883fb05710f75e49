"""`/automation/v4/flows`: what goes in comes out, and what is wrong is refused in HubSpot's form."""

import asyncio
from typing import Any

import httpx2
import orjson

from executor_service.web import Role
from tests.integration.workflows.conftest import FLOWS, World

AnyFlow = dict[str, Any]


def mistakes(answer: httpx2.Response) -> list[tuple[str, str]]:
    return [(each["code"], each["in"]) for each in answer.json()["errors"]]


async def test_a_flow_is_created_and_read_again(world: World, flow: AnyFlow) -> None:
    created = await world.client.post(FLOWS, json=flow)
    read = await world.client.get(f"{FLOWS}/{created.json()['id']}")

    assert created.status_code == 201
    assert int(created.headers["workflows-position"]) > 0
    assert read.json() == created.json()
    assert read.json()["actions"] == flow["actions"]
    assert {name: read.json()[name] for name in ("revisionId", "nextAvailableActionId", "isEnabled")} == {
        "revisionId": "1",
        "nextAvailableActionId": "2",
        "isEnabled": False,
    }


async def test_what_was_read_can_be_sent_back_and_changes_nothing(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow)
    read = (await world.client.get(f"{FLOWS}/{number}")).json()

    again = await world.replace(number, read)

    assert again.status_code == 200
    assert again.json() == read
    assert await world.kinds(number) == ["WorkflowSaved"]
    assert int(again.headers["workflows-position"]) == (await world.events(number))[-1].position


async def test_an_edit_is_another_revision(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow)

    answer = await world.replace(number, flow, name="Every day", revisionId="1")

    assert (answer.status_code, answer.json()["revisionId"], answer.json()["name"]) == (200, "2", "Every day")


async def test_a_stale_revision_is_refused(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow)
    await world.replace(number, flow, name="second", revisionId="1")

    answer = await world.replace(number, flow, name="third", revisionId="1")

    assert (answer.status_code, answer.json()["category"]) == (409, "CONFLICT")
    assert (await world.client.get(f"{FLOWS}/{number}")).json()["name"] == "second"


async def test_of_two_edits_at_once_one_is_stale(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow)

    answers = await asyncio.gather(*(world.replace(number, flow, name=name, revisionId="1") for name in "abcd"))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await world.kinds(number) == ["WorkflowSaved", "WorkflowSaved"]


async def test_what_an_edit_leaves_out_is_cleared(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow, description="old")

    answer = await world.replace(number, flow, revisionId="1")

    assert "description" not in answer.json()


async def test_the_list_goes_page_by_page(world: World, flow: AnyFlow) -> None:
    numbers = [await world.create(flow, name=f"flow {number}") for number in range(5)]

    first = (await world.client.get(FLOWS, params={"limit": 2})).json()
    second = (await world.client.get(FLOWS, params={"limit": 2, "after": first["paging"]["next"]["after"]})).json()
    third = (await world.client.get(FLOWS, params={"limit": 2, "after": second["paging"]["next"]["after"]})).json()

    pages = [[int(item["id"]) for item in page["results"]] for page in (first, second, third)]
    assert pages == [numbers[:2], numbers[2:4], numbers[4:]]
    assert "paging" not in third
    assert set(first["results"][0]) == {
        "id",
        "isEnabled",
        "flowType",
        "name",
        "objectTypeId",
        "revisionId",
        "createdAt",
        "updatedAt",
    }


async def test_a_deleted_flow_is_gone_and_its_events_stay(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow)

    answer = await world.client.delete(f"{FLOWS}/{number}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await world.client.get(f"{FLOWS}/{number}")).status_code == 404
    assert (await world.client.delete(f"{FLOWS}/{number}")).status_code == 404
    assert (await world.replace(number, flow, revisionId="1")).status_code == 404
    assert (await world.client.get(FLOWS)).json()["results"] == []
    assert await world.kinds(number) == ["WorkflowSaved", "WorkflowDeleted"]


async def test_every_mistake_is_named_and_nothing_is_stored(world: World, flow: AnyFlow) -> None:
    broken = {**flow, "colour": "red", "enrollmentSchedule": {"type": "DAILY"}, "actions": [{"actionId": "1"}]}

    answer = await world.client.post(FLOWS, json=broken)

    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert len(answer.json()["correlationId"]) == 36
    assert set(mistakes(answer)) == {
        ("UNKNOWN_FIELD", "colour"),
        ("INCOMPLETE", "enrollmentSchedule.timeOfDay"),
        ("INCOMPLETE", "actions[0].type"),
        ("INCOMPLETE", "actions[0].actionTypeId"),
    }
    assert (await world.client.get(FLOWS)).json()["results"] == []


async def test_a_flow_that_is_incomplete_is_saved_but_not_turned_on(world: World, flow: AnyFlow) -> None:
    flow["actions"][0]["fields"] = {"property_name": "no_such_property"}

    refused = await world.client.post(FLOWS, json={**flow, "isEnabled": True})
    saved = await world.client.post(FLOWS, json=flow)

    assert refused.status_code == 400
    assert ("UNKNOWN_NAME", "actions[0].fields.property_name") in mistakes(refused)
    assert saved.status_code == 201


UNREADABLE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b'{"type": "CONTACT_FLOW", "type": "PLATFORM_FLOW"}',
    b'{"name": "a\\u0000b"}',
    b'{"name": NaN}',
    b'{"name": "\\ud800"}',
    b"\xff\xfe",
    b"[" * 5_000 + b"]" * 5_000,
    b'{"actions": ' + b'{"a":' * 199 + b"1" + b"}" * 199 + b"}",
    b'{"revisionId": 99999999999999999999999}',
]


async def test_what_cannot_be_read_is_a_mistake_of_the_sender(world: World) -> None:
    for body in UNREADABLE:
        created = await world.client.post(FLOWS, content=body, headers={"content-type": "application/json"})
        replaced = await world.client.put(f"{FLOWS}/1", content=body, headers={"content-type": "application/json"})

        assert (body, created.status_code, created.json()["status"]) == (body, 400, "error")
        assert replaced.status_code in {400, 404}


async def test_a_document_above_a_megabyte_is_too_large(world: World, flow: AnyFlow) -> None:
    large = await world.client.post(FLOWS, json={**flow, "customProperties": {"a": "x" * 1_000_000}})
    huge = await world.client.post(FLOWS, content=b'"' + b"x" * 11_000_000 + b'"')

    assert (large.status_code, huge.status_code) == (413, 413)


async def test_fifty_thousand_unknown_fields_are_refused_by_a_hundred_mistakes(world: World, flow: AnyFlow) -> None:
    answer = await world.client.post(FLOWS, json={**flow, **{f"u{number}": 1 for number in range(50_000)}})

    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 100


async def test_an_id_that_is_none_is_not_found(world: World, flow: AnyFlow) -> None:
    for ident in ("0", "-1", "01", "x", "1.5", "9007199254740992", "99999999999999999999", "1%00"):
        answers = [
            await world.client.get(f"{FLOWS}/{ident}"),
            await world.client.put(f"{FLOWS}/{ident}", json={**flow, "revisionId": "1"}),
            await world.client.delete(f"{FLOWS}/{ident}"),
        ]

        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert {answer.json()["category"] for answer in answers} == {"OBJECT_NOT_FOUND"}


async def test_a_page_that_cannot_be_is_refused(world: World) -> None:
    wrong = ({"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"after": "x"}, {"after": "WyJhIl0"})
    for params in wrong:
        answer = await world.client.get(FLOWS, params=params)

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["in"] == next(iter(params))


async def test_who_may_what(world: World, flow: AnyFlow) -> None:
    viewer, editor = world.as_role(Role.VIEWER), world.as_role(Role.EDITOR)
    number = await world.create(flow)

    answers = {
        "nobody reads": await world.client.get(FLOWS, headers={"authorization": ""}),
        "viewer reads": await world.client.get(FLOWS, headers=viewer),
        "viewer saves": await world.client.post(FLOWS, json=flow, headers=viewer),
        "editor saves": await world.client.post(FLOWS, json=flow, headers=editor),
        "editor publishes": await world.client.post(FLOWS, json={**flow, "isEnabled": True}, headers=editor),
        "editor turns on": await world.client.post(f"/v1/workflows/{number}/turn-on", headers=editor),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "nobody reads": 401,
        "viewer reads": 200,
        "viewer saves": 403,
        "editor saves": 201,
        "editor publishes": 403,
        "editor turns on": 403,
    }


async def test_an_event_says_who_asked(world: World, flow: AnyFlow) -> None:
    [saved] = await world.events(await world.create(flow))

    assert saved.metadata["actor"].startswith("key-")


async def test_a_flow_sent_twice_under_one_key_is_one_workflow(world: World, flow: AnyFlow) -> None:
    headers = {"idempotency-key": "first"}

    one = await world.client.post(FLOWS, json=flow, headers=headers)
    two = await world.client.post(FLOWS, json=flow, headers=headers)
    other = await world.client.post(FLOWS, json={**flow, "name": "another"}, headers=headers)

    assert (one.status_code, two.status_code, other.status_code) == (201, 201, 400)
    assert one.json() == two.json()
    assert one.headers["workflows-position"] == two.headers["workflows-position"]
    assert len((await world.client.get(FLOWS)).json()["results"]) == 1


async def test_five_hundred_large_actions_come_back_as_they_were(world: World, flow: AnyFlow) -> None:
    fields = {"property_name": "company", "value": {"type": "STATIC_VALUE", "staticValue": "é" * 300}}
    flow["actions"] = [{**flow["actions"][0], "actionId": str(number), "fields": fields} for number in range(1, 501)]

    number = await world.create(flow)
    read = (await world.client.get(f"{FLOWS}/{number}")).json()

    assert orjson.dumps(read["actions"], option=orjson.OPT_SORT_KEYS) == orjson.dumps(
        flow["actions"], option=orjson.OPT_SORT_KEYS
    )
    assert read["nextAvailableActionId"] == "501"


async def test_random_json_in_every_field_is_never_a_fault_of_ours(world: World, flow: AnyFlow) -> None:
    strange: list[Any] = [None, 0, -1, 2**63, 1e300, True, "", "x" * 300, [], [[]], [None], {}, {"": {}}, {"type": []}]

    for name in flow:
        for value in strange:
            answer = await world.client.post(FLOWS, json={**flow, name: value})
            assert answer.status_code in {201, 400}, (name, value, answer.text)
