"""A workflow's way through the command line, against a running executor."""

import dataclasses
import json
from pathlib import Path

from tests.integration.cli.conftest import CommandLine

FLOW = """\
# Everybody in a city, on Fridays
name: Friday in CITY
type: CONTACT_FLOW
flowType: WORKFLOW
objectTypeId: 0-1
enrollmentSchedule: {type: WEEKLY, daysOfWeek: [FRIDAY], timeOfDay: {hour: 8, minute: 0}, timeZoneId: Europe/Oslo}
enrollmentCriteria:
  type: LIST_BASED
  listFilterBranch:
    filterBranchType: OR
    filters: []
    filterBranches:
      - filterBranchType: AND
        filterBranches: []
        filters:
          - filterType: PROPERTY
            property: city
            operation: {operationType: MULTISTRING, operator: IS_EQUAL_TO, values: [CITY]}
startActionId: "1"
actions:
  - type: SINGLE_CONNECTION
    actionId: "1"
    actionTypeId: 0-5
    fields: {property_name: jobtitle, value: {type: STATIC_VALUE, staticValue: Chair}}
"""


def write_flow(workflows: CommandLine, text: str = FLOW) -> Path:
    """Write a flow document with the test's own city."""
    path = workflows.folder / "flow.yaml"
    path.write_text(text.replace("CITY", workflows.marker), encoding="utf-8")
    return path


async def test_applying_a_document_makes_its_workflow_once(workflows: CommandLine) -> None:
    path = write_flow(workflows)
    foreseen = await workflows.run("apply", "-f", str(path), "--dry-run", "--json")
    made = await workflows.run("apply", "-f", str(path), "--json")
    again = await workflows.run("apply", "-f", str(path), "--json")
    assert foreseen.document["result"] == "would be created", foreseen.err
    assert made.document["result"] == "created", made.err
    assert again.document == made.document | {"result": "unchanged"}
    assert path.read_text() == FLOW.replace("CITY", workflows.marker).replace(
        "name: Fri", f"uuid: {made.document['uuid']}\nname: Fri"
    )


async def test_an_edited_document_changes_its_workflow_and_says_where(workflows: CommandLine) -> None:
    path = write_flow(workflows)
    made = (await workflows.run("apply", "-f", str(path), "--json")).document
    path.write_text(path.read_text().replace("Chair", "Head"))
    foreseen = await workflows.run("apply", "-f", str(path), "--dry-run", "--json")
    changed = await workflows.run("apply", "-f", str(path), "--json")
    change = {"path": "actions[0].fields.value.staticValue", "before": "Chair", "after": "Head"}
    assert (foreseen.document["result"], foreseen.document["changes"]) == ("would be changed", [change])
    assert changed.document == made | {"revisionId": "2", "result": "changed", "changes": [change]}


async def test_a_document_from_standard_input_makes_a_workflow_and_names_its_uuid(workflows: CommandLine) -> None:
    made = await workflows.run("apply", "-f", "-", "--json", stdin=FLOW.encode())
    assert made.code == 0, made.err
    assert f"uuid: {made.document['uuid']}" in made.err


async def test_a_refused_document_ends_with_its_fields_and_exit_code_5(workflows: CommandLine) -> None:
    path = write_flow(workflows, FLOW.replace("staticValue: Chair", "colour: red").replace("[FRIDAY]", "[SOMEDAY]"))
    answer = await workflows.run("apply", "-f", str(path))
    assert (answer.code, answer.out) == (5, "")
    assert "  enrollmentSchedule.daysOfWeek[0]: " in answer.err
    assert "  actions[0].fields.value.colour: " in answer.err


async def test_a_workflow_is_turned_on_and_off_by_its_name(workflows: CommandLine) -> None:
    await workflows.run("apply", "-f", str(write_flow(workflows)))
    name = f"Friday in {workflows.marker}"
    on = await workflows.run("turn-on", name, "--json")
    listed = await workflows.run("list", "--json")
    off = await workflows.run("turn-off", on.document["id"])
    assert on.document["isEnabled"] is True, on.err
    row = next(row for row in listed.rows if row["name"] == name)
    assert (row["isEnabled"], row["sentence"]) == (True, "Every Friday at 08:00 (Europe/Oslo)")
    assert (off.code, off.out) == (0, f'workflow {on.document["id"]} "{name}" is off\n')


async def test_a_workflow_is_shown_with_its_actions(workflows: CommandLine) -> None:
    made = (await workflows.run("apply", "-f", str(write_flow(workflows)), "--json")).document
    shown = await workflows.run("show", made["id"])
    assert shown.code == 0, shown.err
    assert f"uuid         {made['uuid']}" in shown.out.splitlines()
    assert "state        off" in shown.out.splitlines()
    assert "ACTION  TYPE  FIELDS" in shown.out
    assert (await workflows.run("show", made["id"], "--json")).document["flow"]["uuid"] == made["uuid"]


async def test_a_preview_tells_when_and_how_many_without_saving(workflows: CommandLine) -> None:
    path = write_flow(workflows)
    city = workflows.marker
    people = f"email,city\na@{city},{city}\nb@{city},{city.upper()}\nc@{city},elsewhere\n".encode()
    await workflows.run("records", "import", "-", "--type", "contacts", stdin=people)
    seen = await workflows.run("preview", "-f", str(path), "-n", "3", "--json")
    assert seen.code == 0, seen.err
    assert seen.document["criteria"]["total"] == 2
    times = [occurrence["localTime"][10:16] for occurrence in seen.document["schedule"]["occurrences"]]
    assert times == ["T08:00", "T08:00", "T08:00"]
    assert city not in (await workflows.run("list")).out
    assert "2 records meet its criteria now" in (await workflows.run("preview", "-f", str(path))).out


async def test_lists_of_a_workflow_that_never_ran_are_empty(workflows: CommandLine) -> None:
    made = (await workflows.run("apply", "-f", str(write_flow(workflows)), "--json")).document
    for words in (["occurrences"], ["enrollments", "--status", "ACTIVE"], ["history", "--group", "alert"]):
        answer = await workflows.run(*words, made["id"], "--json")
        assert (answer.code, answer.out) == (0, ""), answer.err


async def test_an_unknown_workflow_ends_with_exit_code_3(workflows: CommandLine) -> None:
    await workflows.run("apply", "-f", str(write_flow(workflows)))
    for words in (["show", "999"], ["turn-on", "999"], ["history", "999"], ["preview", "999"]):
        assert (await workflows.run(*words)).code == 3
    named = await workflows.run("show", f"friday in {workflows.marker}")
    assert named.code == 3
    assert f'hint: did you mean "Friday in {workflows.marker}"' in named.err


async def test_a_name_that_two_workflows_share_names_none(workflows: CommandLine) -> None:
    for _ in range(2):
        await workflows.run("apply", "-f", "-", stdin=FLOW.replace("CITY", workflows.marker).encode())
    answer = await workflows.run("turn-on", f"Friday in {workflows.marker}")
    assert answer.code == 2
    assert f'"Friday in {workflows.marker}" names several workflows: ' in answer.err


async def test_a_key_that_is_unknown_or_may_not_ends_with_exit_code_7(workflows: CommandLine) -> None:
    assert (await workflows.run("list", "--api-key", "wf_live_unknown")).code == 7
    made = await workflows.run("keys", "create", "--name", "reader", "--role", "viewer", "--json")
    reader = dataclasses.replace(
        workflows, environment=workflows.environment | {"WORKFLOWS_KEY": json.loads(made.out)["key"]}
    )
    assert (await reader.run("list")).code == 0
    assert (await reader.run("apply", "-f", str(write_flow(workflows)))).code == 7
