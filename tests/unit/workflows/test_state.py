"""Given what happened to a workflow, when somebody wishes something, then these events follow."""

from datetime import UTC, datetime, timedelta
from typing import Any

from executor_service.events import (
    OccurrencesSkipped,
    WorkflowDeleted,
    WorkflowEvent,
    WorkflowResumed,
    WorkflowSaved,
    WorkflowTurnedOff,
    WorkflowTurnedOn,
)
from executor_service.workflows.domain.state import (
    Plan,
    WorkflowState,
    decide_delete,
    decide_off,
    decide_on,
    decide_pause,
    decide_resume,
    decide_save,
    decide_zone,
    evolve_all,
    plans,
    to_flow,
)

NOW = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NEW = WorkflowState(7)


def content(*action_ids: str, zone: str | None = None) -> dict[str, Any]:
    schedule = {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}} | ({"timeZoneId": zone} if zone else {})
    return {"objectTypeId": "0-1", "enrollmentSchedule": schedule, "actions": [{"actionId": i} for i in action_ids]}


def saved(revision: int, document: dict[str, Any], *, on: bool = False, zone: str = "UTC") -> WorkflowSaved:
    return WorkflowSaved(
        workflow_id="7",
        revision_id=str(revision),
        document=document,
        effective_at=NOW,
        is_enabled=on,
        time_zone_id=zone,
    )


def turned_on(revision: int, document: dict[str, Any], zone: str = "UTC") -> WorkflowTurnedOn:
    return WorkflowTurnedOn(
        workflow_id="7",
        revision_id=str(revision),
        effective_at=NOW,
        schedule=document["enrollmentSchedule"],
        time_zone_id=zone,
    )


def save(state: WorkflowState, document: dict[str, Any], *, on: bool) -> list[WorkflowEvent]:
    return decide_save(state, document, is_enabled=on, account_zone="UTC", now=NOW)


TURNED_OFF = WorkflowTurnedOff(workflow_id="7", revision_id="1", effective_at=NOW)


def test_a_new_workflow_has_revision_one() -> None:
    assert save(NEW, content("1"), on=False) == [saved(1, content("1"))]


def test_a_new_workflow_may_be_on_at_once() -> None:
    document = content("1")

    assert save(NEW, document, on=True) == [saved(1, document), turned_on(1, document)]


def test_saving_an_equal_document_is_no_revision() -> None:
    state = evolve_all(NEW, [saved(1, content("1"))])

    assert save(state, content("1"), on=False) == []


def test_true_and_one_are_not_equal() -> None:
    state = evolve_all(NEW, [saved(1, {**content(), "customProperties": {"a": 1}})])

    assert len(save(state, {**content(), "customProperties": {"a": True}}, on=False)) == 1


def test_an_equal_document_still_turns_on() -> None:
    state = evolve_all(NEW, [saved(1, content("1"))])

    assert save(state, content("1"), on=True) == [turned_on(1, content("1"))]


def test_an_edit_of_a_workflow_that_is_on_takes_effect_at_once() -> None:
    state = evolve_all(NEW, [saved(1, content()), turned_on(1, content())])

    assert save(state, content("1"), on=True) == [saved(2, content("1"), on=True)]


def test_an_edit_that_turns_off_is_never_in_force() -> None:
    state = evolve_all(NEW, [saved(1, content()), turned_on(1, content())])

    assert save(state, content("1"), on=False) == [TURNED_OFF, saved(2, content("1"))]


def test_turning_on_twice_is_turning_on_once() -> None:
    state = evolve_all(NEW, [saved(1, content()), turned_on(1, content())])

    assert decide_on(state, account_zone="UTC", now=LATER) == []


def test_turning_off_twice_is_turning_off_once() -> None:
    on = evolve_all(NEW, [saved(1, content()), turned_on(1, content())])

    assert decide_off(on, now=NOW) == [TURNED_OFF]
    assert decide_off(evolve_all(on, [TURNED_OFF]), now=LATER) == []


def test_a_deleted_workflow_is_off() -> None:
    on = evolve_all(NEW, [saved(1, content()), turned_on(1, content())])

    events = decide_delete(on, now=LATER)

    assert events == [WorkflowDeleted(workflow_id="7", revision_id="1", effective_at=LATER)]
    assert evolve_all(on, events).is_enabled is False
    assert evolve_all(on, events).deleted_at == LATER


def test_the_zone_is_the_schedules_own_else_the_accounts() -> None:
    own = decide_save(NEW, content(zone="Europe/Oslo"), is_enabled=False, account_zone="Asia/Tokyo", now=NOW)
    accounts = decide_save(NEW, content(), is_enabled=False, account_zone="Asia/Tokyo", now=NOW)

    assert own == [saved(1, content(zone="Europe/Oslo"), zone="Europe/Oslo")]
    assert accounts == [saved(1, content(), zone="Asia/Tokyo")]


def test_a_new_zone_of_the_account_is_another_turning_on() -> None:
    on = evolve_all(NEW, [saved(1, content()), turned_on(1, content())])

    assert decide_zone(on, account_zone="Europe/Oslo", now=NOW) == [turned_on(1, content(), "Europe/Oslo")]


def test_a_new_zone_of_the_account_means_nothing_to_a_schedule_that_names_one() -> None:
    document = content(zone="Europe/Oslo")
    on = evolve_all(NEW, [saved(1, document, zone="Europe/Oslo"), turned_on(1, document, "Europe/Oslo")])

    assert decide_zone(on, account_zone="Asia/Tokyo", now=NOW) == []


def test_a_workflow_that_is_off_is_not_told_of_a_new_zone() -> None:
    assert decide_zone(evolve_all(NEW, [saved(1, content())]), account_zone="Asia/Tokyo", now=NOW) == []


def test_skips_of_the_scheduler_advance_the_stream_alone() -> None:
    before = evolve_all(NEW, [saved(1, content())])
    skips = OccurrencesSkipped(
        workflow_id="7", revision_id="1", source_event_id="e", reason="GAP", first="a", last="b", count=1
    )

    after = evolve_all(before, [skips])

    assert (after.version, after.revision, after.updated_at) == (2, 1, NOW)


def test_the_next_action_id_is_above_all_that_ever_were() -> None:
    state = evolve_all(NEW, [saved(1, content("1", "41")), saved(2, content("3"))])

    assert to_flow(state)["nextAvailableActionId"] == "42"


def test_a_flow_carries_what_the_server_knows() -> None:
    flow = to_flow(evolve_all(NEW, [saved(1, content())]))

    assert {name: flow[name] for name in ("id", "isEnabled", "revisionId", "createdAt", "updatedAt")} == {
        "id": "7",
        "isEnabled": False,
        "revisionId": "1",
        "createdAt": "2026-11-27T07:00:00Z",
        "updatedAt": "2026-11-27T07:00:00Z",
    }


def test_saving_and_turning_on_put_something_in_force() -> None:
    events: list[WorkflowEvent] = [TURNED_OFF, saved(2, content()), turned_on(2, content(), "Europe/Oslo")]

    assert plans(events, after_version=4) == [Plan(6, 2, "UTC", NOW), Plan(7, 2, "Europe/Oslo", NOW)]


def test_pausing_twice_is_pausing_once_and_resuming_ends_that_span() -> None:
    off = evolve_all(NEW, [saved(1, content("1"))])

    paused = evolve_all(off, decide_pause(off, now=NOW))

    assert decide_pause(paused, now=LATER) == []
    assert (paused.paused_at, paused.is_enabled) == (NOW, False)
    assert decide_resume(paused, now=LATER) == [
        WorkflowResumed(workflow_id="7", revision_id="1", effective_at=LATER, paused_at=NOW)
    ]
    assert evolve_all(paused, decide_resume(paused, now=LATER)).paused_at is None
    assert decide_resume(off, now=LATER) == []
