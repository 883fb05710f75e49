"""Flow documents as files, and the uuid written back into them."""

import json
from pathlib import Path

import pytest
import yaml

from executor_service.cli.failures import Exit, InvalidInputError
from executor_service.cli.flow_file import draw_uuid, insert_uuid, read_flow_file
from executor_service.cli.flow_notation import load_yaml

UUID = "0d0c6a2e-0000-4000-8000-000000000001"

YAML = """\
# Who we write to on Fridays
---
name: Friday   # the name people see
actions:
  - actionId: "1"
"""


def test_a_uuid_goes_before_the_first_name_of_a_yaml_document_and_nothing_else_moves() -> None:
    assert insert_uuid(YAML, UUID) == YAML.replace("name: Friday", f"uuid: {UUID}\nname: Friday")


def test_a_uuid_goes_into_indented_yaml_with_its_indentation_and_line_ends() -> None:
    assert insert_uuid("  name: a\r\n  actions: []\r\n", UUID) == f"  uuid: {UUID}\r\n  name: a\r\n  actions: []\r\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n  "name": "a"\n}\n', f'{{\n  "uuid": "{UUID}",\n  "name": "a"\n}}\n'),
        ('{"name": "a"}', f'{{"uuid": "{UUID}", "name": "a"}}'),
        ('\ufeff{\n\t"name": "a"\n}', f'\ufeff{{\n\t"uuid": "{UUID}",\n\t"name": "a"\n}}'),
        ("{name: a}", f'{{"uuid": "{UUID}", name: a}}'),
    ],
)
def test_a_uuid_goes_into_an_object_in_the_way_it_is_laid_out(text: str, expected: str) -> None:
    assert insert_uuid(text, UUID) == expected
    assert yaml.safe_load(expected.removeprefix("\ufeff").replace("\t", " ")) == {"uuid": UUID, "name": "a"}


def test_a_document_means_the_same_in_yaml_and_in_json(tmp_path: Path) -> None:
    document = {"enrollmentSchedule": {"type": "ONCE", "startsOn": "2026-11-27"}, "state": "on", "time": "8:30"}
    (tmp_path / "flow.json").write_text(json.dumps(document))
    (tmp_path / "flow.yaml").write_text(
        "enrollmentSchedule: {type: ONCE, startsOn: 2026-11-27}\nstate: on\ntime: 8:30\n"
    )
    assert read_flow_file(str(tmp_path / "flow.json")).document == document
    assert read_flow_file(str(tmp_path / "flow.yaml")).document == document


def test_plain_yaml_numbers_and_booleans_are_what_json_has() -> None:
    assert load_yaml("[1, -2, 1.5, 1e3, true, null, 010, yes, .inf, 0-5]") == [
        *(1, -2, 1.5, 1000.0, True, None),
        *("010", "yes", ".inf", "0-5"),
    ]


def test_a_written_uuid_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(YAML)
    read_flow_file(str(path)).with_uuid(UUID).write()
    assert read_flow_file(str(path)).uuid == UUID
    assert path.read_text().startswith("# Who we write to on Fridays\n---\n")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.json", '{"name": "a", "name": "b"}', '"name" stands twice in one object'),
        ("a.yaml", "name: a\nx:\n  y: 1\n  y: 2\n", '"y" stands twice in one object, the second time in line 4'),
        ("a.json", '{"a": NaN}', "NaN is no number"),
        ("a.yaml", "- 1\n", "a flow document is an object"),
        ("a.yaml", "a: &x [*x]\n", "it contains itself, or is nested too deeply"),
        ("a.json", "[" * 100_000, "it contains itself, or is nested too deeply"),
    ],
)
def test_a_file_that_is_no_flow_document_is_invalid_input(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidInputError) as caught:
        read_flow_file(str(tmp_path / name))
    assert caught.value.exit_code == Exit.INVALID_INPUT
    assert [problem.reason for problem in caught.value.problems] == [reason]


def test_a_file_that_is_not_there_or_not_utf_8_is_invalid_input(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("name: Bjørn".encode("latin-1"))
    with pytest.raises(InvalidInputError, match="cannot be taken"):
        read_flow_file(str(tmp_path / "none.yaml"))
    with pytest.raises(InvalidInputError) as caught:
        read_flow_file(str(tmp_path / "latin.yaml"))
    assert caught.value.problems[0].reason == "it is not UTF-8: byte 8 is 0xf8"


def test_a_uuid_that_is_no_text_is_invalid_input(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("uuid: 12\n")
    with pytest.raises(InvalidInputError):
        _ = read_flow_file(str(tmp_path / "a.yaml")).uuid


def test_every_drawn_uuid_is_another() -> None:
    assert len({draw_uuid() for _ in range(100)}) == 100


def test_a_document_whose_aliases_multiply_is_refused_before_it_is_written_out(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 30)]
    (tmp_path / "flow.yaml").write_text("\n".join(lines))
    with pytest.raises(InvalidInputError) as caught:
        read_flow_file(str(tmp_path / "flow.yaml"))
    assert caught.value.problems[0].reason == "its aliases make it larger than 10000000 characters"


def test_an_alias_stands_for_what_its_anchor_names() -> None:
    assert load_yaml("a: &a [1, x]\nb: *a\n") == {"a": [1, "x"], "b": [1, "x"]}
