"""What people ask of a workflow through the command line, against a running executor."""

import dataclasses

from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.test_workflow_commands import FLOW, write_flow


async def turned_on(workflows: CommandLine) -> tuple[str, list[str]]:
    """Make a workflow that is on and two contacts of its city, and return their ids."""
    city = workflows.marker
    made = (await workflows.run("apply", "-f", str(write_flow(workflows)), "--json")).document
    people = f"email,city\na@{city},{city}\nb@{city},{city}\n".encode()
    await workflows.run("records", "import", "-", "--type", "contacts", stdin=people)
    on = await workflows.run("turn-on", made["id"], "--json")
    assert on.code == 0, on.err
    counted = await workflows.run("review", made["id"], "--json")
    assert counted.code == 0, counted.err
    return made["id"], counted.document["matching"]["sample"]


async def test_a_review_tells_whom_a_workflow_would_enroll_and_when(workflows: CommandLine) -> None:
    ident, sample = await turned_on(workflows)
    seen = await workflows.run("review", ident)
    assert len(sample) == 2
    assert "would enroll      2" in seen.out.splitlines()
    assert "LOCAL TIME" in seen.out
    assert seen.code == 0


async def test_a_review_of_a_workflow_that_cannot_be_turned_on_ends_with_its_errors_and_code_5(
    workflows: CommandLine,
) -> None:
    path = write_flow(workflows, FLOW.replace("fields: {property_name: jobtitle, value", "fields: {value"))
    made = await workflows.run("apply", "-f", str(path), "--json")
    assert made.code == 0, made.err
    seen = await workflows.run("review", made.document["id"])
    assert seen.code == 5
    assert "error: actions[0].fields.property_name: " in seen.out


async def test_a_run_is_asked_for_once_per_key(workflows: CommandLine) -> None:
    ident, _ = await turned_on(workflows)
    first = await workflows.run("run", ident, "--idempotency-key", workflows.marker, "--json")
    again = await workflows.run("run", ident, "--idempotency-key", workflows.marker, "--json")
    assert first.code == 0, first.err
    assert first.document == again.document
    occurrences = await workflows.run("occurrences", ident, "--json")
    assert [(row["id"], row["trigger"]) for row in occurrences.rows] == [(first.document["occurrenceId"], "RUN_NOW")]


async def test_records_are_enrolled_and_let_go_by_their_ids(workflows: CommandLine) -> None:
    ident, records = await turned_on(workflows)
    enrolled = await workflows.run("enroll", ident, *records)
    from_stdin = await workflows.run("unenroll", ident, "-", "--json", stdin="\n".join(records).encode())
    assert enrolled.out.splitlines()[0] == f"asked for the enrollment of 2 records in workflow {ident}"
    assert enrolled.out.splitlines()[1].startswith("occurrence ")
    assert list(from_stdin.document) == ["position"]


async def test_records_that_are_none_are_refused_by_their_places(workflows: CommandLine) -> None:
    ident, records = await turned_on(workflows)
    answer = await workflows.run("enroll", ident, records[0], "nobody", records[0])
    nothing = await workflows.run("enroll", ident, "-")
    assert (answer.code, answer.out) == (5, "")
    assert "recordIds[1]" in answer.err
    assert nothing.code == 5


async def test_a_workflow_that_is_off_is_not_run(workflows: CommandLine) -> None:
    made = (await workflows.run("apply", "-f", str(write_flow(workflows)), "--json")).document
    answer = await workflows.run("run", made["id"])
    assert (answer.code, answer.out) == (5, "")
    assert "is off" in answer.err


async def test_a_workflow_is_paused_and_goes_on(workflows: CommandLine) -> None:
    ident, _ = await turned_on(workflows)
    name = f'workflow {ident} "Friday in {workflows.marker}"'
    paused = await workflows.run("pause", ident)
    resumed = await workflows.run("resume", ident)
    told = await workflows.run("resume", ident, "--json")
    assert paused.out == f"{name} is paused\n", paused.err
    assert resumed.out == f"{name} goes on\n"
    assert "0 occurrences came due meanwhile" in resumed.err
    assert told.document["stored"] == 0


async def test_the_account_is_paused_only_when_it_is_named(workflows: CommandLine) -> None:
    neither = await workflows.run("pause")
    both = await workflows.run("pause", "12", "--account")
    paused = await workflows.run("pause", "--account")
    resumed = await workflows.run("resume", "--account")
    assert (neither.code, both.code) == (2, 2)
    assert paused.out == "the account is paused\n", paused.err
    assert resumed.out == "the account goes on\n"


async def test_an_exported_document_is_applied_without_a_change(workflows: CommandLine) -> None:
    made = (await workflows.run("apply", "-f", str(write_flow(workflows)), "--json")).document
    for ending, words in (("yaml", ()), ("json", ("--format", "json"))):
        exported = await workflows.run("export", made["id"], *words)
        path = workflows.folder / f"exported.{ending}"
        path.write_text(exported.out, encoding="utf-8")
        same = await workflows.run("diff", "-f", str(path), "--json")
        applied = await workflows.run("apply", "-f", str(path), "--json")
        assert exported.out.startswith(("uuid: ", '{\n  "uuid": ')), exported.err
        assert (same.code, same.document["changes"]) == (0, [])
        assert applied.document["result"] == "unchanged"


async def test_a_difference_is_shown_with_code_1_and_changes_nothing(workflows: CommandLine) -> None:
    path = write_flow(workflows)
    await workflows.run("apply", "-f", str(path))
    path.write_text(path.read_text().replace("Chair", "Head"))
    first, second = await workflows.run("diff", "-f", str(path)), await workflows.run("diff", "-f", str(path))
    assert (first.code, first.out) == (1, "actions[0].fields.value.staticValue: Chair -> Head\n")
    assert second == first
    path.write_text(FLOW)
    assert (await workflows.run("diff", "-f", str(path))).code == 3


async def test_settings_are_shown_without_their_secrets(workflows: CommandLine) -> None:
    answer = await workflows.run("config", "show", "--json")
    rows = {row["name"]: row for row in answer.rows}
    assert rows["WORKFLOWS_KEY"] == {"name": "WORKFLOWS_KEY", "value": "(set)", "source": "environment"}
    assert rows["WORKFLOWS_URL"]["value"] == workflows.environment["WORKFLOWS_URL"]
    assert workflows.environment["WORKFLOWS_KEY"] not in answer.out + answer.err
    assert ":***@" in rows["WORKFLOWS_DATABASE_URL"]["value"]


async def test_the_doctor_names_what_is_wrong_and_ends_with_code_1(workflows: CommandLine) -> None:
    own = workflows.environment | {"WORKFLOWS_KAFKA": "127.0.0.1:9"}
    answer = await dataclasses.replace(workflows, environment=own).run("doctor", "--json")
    found = {row["what"]: row for row in answer.rows}
    assert answer.code == 1, answer.err
    assert found["executor"]["told"].endswith(" is ready")
    assert found["executor: PostgreSQL"] == {
        "what": "executor: PostgreSQL",
        "isRight": True,
        "told": "executor, history at head",
    }
    assert found["executor: PostgreSQL, shared_buffers"]["isRight"]
    assert not found["executor: Kafka"]["isRight"]
    assert found["executor: projection lag"]["isRight"]
    assert workflows.environment["WORKFLOWS_KEY"] not in answer.out


async def test_without_anything_set_the_doctor_says_what_to_do(workflows: CommandLine) -> None:
    bare = {name: text for name, text in workflows.environment.items() if not name.startswith("WORKFLOWS_")}
    answer = await dataclasses.replace(workflows, environment=bare).run("doctor")
    assert answer.code == 1
    assert "no server is named" in answer.out
