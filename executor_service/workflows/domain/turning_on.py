"""What a workflow needs before it may be turned on, beside what a save asks for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from executor_service.records.criteria import check_tree
from executor_service.records.domain.values import PropertyDefinition
from executor_service.workflows.domain.actions import FieldProblems
from executor_service.workflows.domain.connections import next_ids
from executor_service.workflows.domain.document import stored_schedule, stored_tree
from executor_service.workflows.domain.enrollment import LIST_BASED, TREE_PLACE
from executor_service.workflows.domain.graph import reachable
from executor_service.workflows.domain.problems import Findings, Problem
from shared.recurrence import CalendarForm, next_occurrence


def turn_on_problems(
    content: Mapping[str, Any],
    *,
    definitions: Mapping[str, PropertyDefinition],
    zone_id: str,
    now: datetime,
    action_problems: FieldProblems,
) -> tuple[Problem, ...]:
    """Return why a content may not be turned on now, empty when it may.

    `zone_id` is the zone of its schedule, `definitions` the properties that there are now.
    """
    found = Findings()
    schedule, tree = stored_schedule(content), stored_tree(content)
    _check_criteria(content, schedule, found)
    if tree is not None:
        found.take(check_tree(tree, definitions, path=TREE_PLACE))
    if schedule is not None and not schedule.repeats and next_occurrence(schedule, zone_id, now) is None:
        found.add("OUT_OF_BOUNDS", "enrollmentSchedule.date", "must lie ahead: the workflow would never be due")
    _check_actions(content, action_problems, found)
    return found.first()


def _check_criteria(content: Mapping[str, Any], schedule: CalendarForm | None, found: Findings) -> None:
    criteria = content.get("enrollmentCriteria") or {}
    is_list_based = criteria.get("type") == LIST_BASED
    if schedule is not None and not is_list_based:
        reason = "must be LIST_BASED: a schedule enrolls the records that match"
        code, place = ("NOT_ALLOWED", "enrollmentCriteria.type") if criteria else ("INCOMPLETE", "enrollmentCriteria")
        found.add(code, place, reason, expected=LIST_BASED)
    if schedule is None and is_list_based:
        found.add("INCOMPLETE", "enrollmentSchedule", "is required: LIST_BASED criteria are evaluated on a schedule")
    if is_list_based and criteria.get("listFilterBranch") is None:
        found.add("INCOMPLETE", TREE_PLACE, "is required; an empty AND in an OR means every record")


def _check_actions(content: Mapping[str, Any], action_problems: FieldProblems, found: Findings) -> None:
    actions, start = content["actions"], content.get("startActionId")
    if actions and start is None:
        found.add("INCOMPLETE", "startActionId", "is required when there are actions")
    targets = {action["actionId"]: next_ids(action) for action in actions}
    run = reachable(start, targets)
    for position, action in enumerate(actions):
        if action["actionId"] in run:
            found.take(action_problems(action, path=f"actions[{position}]"))
