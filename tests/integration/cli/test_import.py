"""`records import` against a running executor."""

import json

from tests.integration.cli.conftest import CommandLine

PEOPLE = """\
email;firstname;city
a@HOST;Åse;Oslo
b@HOST;Bo;
a@HOST;Åse;Bergen
"""
COUNTS = {"rows": 3, "created": 0, "changed": 0, "unchanged": 0, "refused": 0, "replaced": 1, "errors": None}
IMPORT = ("records", "import", "people.csv", "--type", "contacts", "--json")


async def test_the_last_row_of_a_key_wins_and_the_same_file_again_changes_nothing(workflows: CommandLine) -> None:
    people = PEOPLE.replace("HOST", workflows.marker)
    (workflows.folder / "people.csv").write_bytes(b"\xef\xbb\xbf" + people.encode())
    first = await workflows.run(*IMPORT, "--key", "email")
    again = await workflows.run(*IMPORT)
    (workflows.folder / "people.csv").write_text(people.replace("Bo;", "Bodil;"), encoding="utf-8")
    edited = await workflows.run(*IMPORT)
    assert first.document == COUNTS | {"created": 2}, first.err
    assert again.document == COUNTS | {"unchanged": 2}
    assert edited.document == COUNTS | {"changed": 1, "unchanged": 1}


async def test_bad_rows_stop_no_other_and_stand_in_the_error_file(workflows: CommandLine) -> None:
    lines = [f"p{number}@{workflows.marker},{number}" for number in range(250)]
    lines[120] = f"p120@{workflows.marker},many"
    lines[130] = ",5"
    lines[140] = f"p140@{workflows.marker}"
    lines[150] = f"p150@{workflows.marker},\x00"
    (workflows.folder / "people.csv").write_text("\n".join(["email,numberofemployees", *lines]), encoding="utf-8")
    answer = await workflows.run(*IMPORT)
    assert answer.code == 5
    assert answer.document["created"] == 246, answer.err
    assert answer.document["refused"] == 4
    errors = (workflows.folder / answer.document["errors"]).read_text().splitlines()
    assert errors[0] == "row,column,reason,email,numberofemployees"
    assert sorted(line.split(",")[0] for line in errors[1:]) == ["122", "132", "142", "152"]
    assert "122,numberofemployees," in "\n".join(errors)


async def test_json_lines_are_imported_and_null_empties(workflows: CommandLine) -> None:
    words = ("records", "import", "-", "--format", "jsonl", "--type", "0-1", "--json")
    people: list[dict[str, object]] = [
        {"email": f"a@{workflows.marker}", "numberofemployees": 12, "city": "Oslo"},
        {"email": f"b@{workflows.marker}", "colour": "red"},
    ]
    first = await workflows.run(*words, stdin="\n".join(map(json.dumps, people)).encode())
    second = await workflows.run(
        *words, stdin=json.dumps(people[0] | {"city": None, "numberofemployees": 12.0}).encode()
    )
    third = await workflows.run(*words, stdin=json.dumps(people[0] | {"city": ""}).encode())
    assert (first.document["created"], first.document["refused"], first.code) == (1, 1, 5)
    assert second.document["changed"] == 1
    assert third.document["unchanged"] == 1


async def test_a_column_that_is_no_property_is_refused_before_anything_is_sent(workflows: CommandLine) -> None:
    (workflows.folder / "people.csv").write_text(
        f"email,Firstname,note\na@{workflows.marker},Åse,hi\n", encoding="utf-8"
    )
    refused = await workflows.run(*IMPORT)
    taken = await workflows.run(*IMPORT, "--ignore", "note", "--ignore", "Firstname")
    assert (refused.code, refused.out) == (5, "")
    assert "Firstname: there is no such property; did you mean firstname?" in refused.err
    assert taken.document["created"] == 1


async def test_a_key_or_an_object_type_that_does_not_fit_is_refused(workflows: CommandLine) -> None:
    (workflows.folder / "people.csv").write_text("email,city\na@x.no,Oslo\n", encoding="utf-8")
    no_key = await workflows.run(*IMPORT, "--key", "city")
    no_type = await workflows.run("records", "import", "people.csv", "--type", "planets")
    latin = await workflows.run(
        "records", "import", "-", "--type", "contacts", stdin="email\nø@x.no\n".encode("latin-1")
    )
    assert (no_key.code, no_type.code, latin.code) == (2, 3, 5)
    assert "city does not name single records of contacts" in no_key.err
    assert "line 2: it is not UTF-8" in latin.err


async def test_without_a_terminal_the_counts_are_data_and_the_talk_is_not(workflows: CommandLine) -> None:
    (workflows.folder / "people.csv").write_text(PEOPLE.replace("HOST", workflows.marker), encoding="utf-8")
    answer = await workflows.run("records", "import", "people.csv", "--type", "contacts", "--quiet")
    assert answer.err == ""
    assert answer.out.splitlines()[:2] == ["rows       3", "created    2"]


async def test_the_file_that_is_read_is_never_taken_for_its_error_file(workflows: CommandLine) -> None:
    people = workflows.folder / "people.csv"
    people.write_text(PEOPLE.replace("HOST", workflows.marker), encoding="utf-8")
    (workflows.folder / "other-name.csv").symlink_to(people)
    for name in ("people.csv", "./people.csv", "other-name.csv"):
        answer = await workflows.run(*IMPORT, "--errors", name)
        assert answer.code == 2, answer.err
        assert "names the file that is read" in answer.err
    assert people.read_text(encoding="utf-8") == PEOPLE.replace("HOST", workflows.marker)
