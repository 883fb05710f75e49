"""Actions as documents, and what the claims' events say of a walk through them."""

from collections import Counter
from datetime import datetime
from typing import Any

from tests.integration.execution.conftest import World, branch_of

CLAIM_EVENTS = ("ActionDone", "DelayStarted", "DelayEnded", "BranchTaken")


def connection(to: str | None, edge: str = "STANDARD") -> dict[str, Any]:
    return {} if to is None else {"connection": {"edgeType": edge, "nextActionId": to}}


def single(
    action_id: str, type_id: str, fields: dict[str, Any], then: str | None = None, edge: str = "STANDARD"
) -> dict[str, Any]:
    action = {"type": "SINGLE_CONNECTION", "actionId": action_id, "actionTypeId": type_id, "fields": fields}
    return action | connection(then, edge)


def delay(action_id: str, delta: str, unit: str, then: str | None = None, edge: str = "STANDARD") -> dict[str, Any]:
    return single(action_id, "0-1", {"delta": delta, "time_unit": unit}, then, edge)


def assign(action_id: str, name: str, value: dict[str, Any], then: str | None = None) -> dict[str, Any]:
    return single(action_id, "0-5", {"property_name": name, "value": value}, then)


def text_is(name: str, *values: str) -> dict[str, Any]:
    operation = {"operationType": "MULTISTRING", "operator": "IS_EQUAL_TO", "values": list(values)}
    return branch_of({"filterType": "PROPERTY", "property": name, "operation": operation})


def list_branch(action_id: str, *branches: dict[str, Any], default: str | None = None) -> dict[str, Any]:
    action: dict[str, Any] = {"type": "LIST_BRANCH", "actionId": action_id, "listBranches": list(branches)}
    return action | ({} if default is None else {"defaultBranch": connection(default)["connection"]})


def branch(name: str, tree: dict[str, Any], then: str | None = None, edge: str = "STANDARD") -> dict[str, Any]:
    return {"branchName": name, "filterBranch": tree} | connection(then, edge)


async def enrolled(world: World, *actions: dict[str, Any]) -> int:
    """Enroll all contacts into a workflow of these actions and return it."""
    workflow_id = await world.workflow(*actions)
    await world.come_due(workflow_id)
    await world.evaluate()
    return workflow_id


async def told(world: World) -> dict[tuple[str, str, str, str | None], int]:
    """Return how many records each (event, action, outcome, reason) of all claims holds."""
    sums: Counter[tuple[str, str, str, str | None]] = Counter()
    for event in await world.events(*CLAIM_EVENTS):
        for group in event.data["groups"]:
            sums[event.type, event.data["actionId"], group["outcome"], group["reason"]] += group["count"]
    return dict(sums)


async def waiting_until(world: World) -> list[datetime]:
    """Return the instants that cohorts wait for, ascending."""
    rows = await world.pool.fetch("SELECT DISTINCT ready_at FROM cohorts WHERE phase = 'WAITING' ORDER BY ready_at")
    return [row["ready_at"] for row in rows]
