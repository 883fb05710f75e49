"""Both services as processes: what they answer operators, what they log, and how they leave."""

import asyncio
import csv
import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from executor_service.bootstrap import keys
from executor_service.settings import Settings
from tests.conftest import ROOT, Database
from tests.integration.operation.processes import NOWHERE, Module, Running, running

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
FLOW = {
    "name": "Follow up",
    "type": "CONTACT_FLOW",
    "flowType": "WORKFLOW",
    "objectTypeId": "0-1",
    "isEnabled": False,
    "actions": [],
}


def sample() -> list[dict[str, str]]:
    """Return the first hundred contacts of the sample."""
    with (ROOT / "deploy/sample/contacts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[:100]


def surroundings(database: Database) -> dict[str, str]:
    return {"WORKFLOWS_DATABASE_URL": database.url, "WORKFLOWS_KAFKA": NOWHERE}


async def admin_of(database: Database, service: Running) -> httpx2.AsyncClient:
    made = await keys.create(Settings(database_url=database.url), name="test", role=keys.RoleWord.ADMIN)
    await service.answer("/livez")
    return httpx2.AsyncClient(base_url=service.url, headers={"Authorization": f"Bearer {made['key']}"}, timeout=30)


@pytest.mark.parametrize(
    ("module", "figures"),
    [
        (
            "executor_service",
            {
                "workflows_oldest_ready_seconds",
                "workflows_occurrences_waiting",
                "workflows_projection_lag_seconds",
                "workflows_relay_lag_seconds",
                "workflows_evaluation_seconds",
                "workflows_turn_seconds",
            },
        ),
        ("scheduler_service", {"workflows_scheduler_lateness_seconds", "workflows_relay_lag_seconds"}),
    ],
)
async def test_a_process_tells_its_figures_and_names_what_is_wrong_and_leaves_while_the_broker_is_away(
    module: Module, figures: set[str], database: Database, tmp_path: Path
) -> None:
    async with running(module, environment=surroundings(database), folder=tmp_path) as service:
        text = (await service.answer("/metrics")).text
        ready = await service.answer("/readyz")
        code = await service.leave(within_seconds=16)

    names = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    common = {"workflows_horizon_lag_seconds", "workflows_dead_letters_open", "workflows_pool_connections_in_use"}
    assert common | figures <= names
    assert all(name.startswith("workflows_") for name in names)
    assert ready.status_code == 503
    assert any("broker" in trouble for trouble in ready.json()["troubles"].values()), ready.text
    assert code == 0


async def test_a_broker_that_is_away_costs_a_few_lines_and_no_traceback(database: Database, tmp_path: Path) -> None:
    async with running("executor_service", environment=surroundings(database), folder=tmp_path) as service:
        await service.says("Nothing is read")
        async with asyncio.timeout(20):
            while len(service.lines()) < 3:  # noqa: ASYNC110 # a process logs
                await asyncio.sleep(0.05)
        await service.leave(within_seconds=16)
    assert [line for line in service.lines() if "exception" in line] == []
    assert len(service.lines()) < 40


async def test_a_request_is_found_again_in_the_log_of_events_and_in_its_answer(
    database: Database, tmp_path: Path
) -> None:
    async with running(
        "executor_service", "--roles", "api,projector", environment=surroundings(database), folder=tmp_path
    ) as service:
        client = await admin_of(database, service)
        headers = {"X-Request-Id": "order-7", "traceparent": TRACE}
        made = await client.post("/automation/v4/flows", json=FLOW, headers=headers)
        drawn = await client.get("/v1/workflows")
        position = made.headers["Workflows-Position"]
        events: list[dict[str, Any]] = (await client.get("/v1/events", params={"position": position})).json()["data"]
        await client.aclose()

    assert made.headers["X-Request-Id"] == "order-7"
    assert len(drawn.headers["X-Request-Id"]) == 32
    saved = next(event for event in events if event["type"] == "WorkflowSaved")
    assert (saved["metadata"]["correlationId"], saved["metadata"]["traceparent"]) == ("order-7", TRACE)


async def test_a_run_over_the_sample_logs_none_of_its_values(database: Database, tmp_path: Path) -> None:
    people = sample()
    inputs = [{"idProperty": "email", "id": person["email"], "properties": person} for person in people]
    broken = [*inputs[:5], {**inputs[5], "properties": {"numberofemployees": people[5]["email"]}}]
    environment = surroundings(database) | {"WORKFLOWS_LOG_LEVEL": "DEBUG"}
    async with running("executor_service", environment=environment, folder=tmp_path) as service:
        client = await admin_of(database, service)
        path = "/crm/v3/objects/contacts"
        assert (await client.post(f"{path}/batch/upsert", json={"inputs": inputs})).is_success
        await client.post(f"{path}/batch/upsert", json={"inputs": broken})
        await client.post(path, json={"properties": {"email": people[0]["email"]}})
        await client.get(f"{path}/{people[0]['email']}", params={"idProperty": "email"})
        await client.get(f"{path}/{people[0]['email']}")
        await client.post(path, content=json.dumps({"properties": people[1]})[:-3])
        await client.aclose()
        await service.leave(within_seconds=16)

    log = service.log.read_text(encoding="utf-8")
    assert log
    personal = {person[name] for person in people for name in ("email", "firstname", "lastname", "company")}
    assert len(personal) > 100
    assert {value for value in personal if re.search(rf"\b{re.escape(value)}\b", log)} == set()
