"""JSON Lines files into rows."""

import pytest

from executor_service.cli.importing.json_lines import JsonLinesRows
from executor_service.cli.importing.rows import Refused, Row


def test_values_are_sent_as_they_are_written_and_null_empties() -> None:
    (row,) = JsonLinesRows(['{"email": "a@b", "n": 1.10, "big": 12345678901234567890, "ok": true, "gone": null}\n'])
    assert isinstance(row, Row)
    assert dict(row.values) == {"email": "a@b", "n": "1.10", "big": "12345678901234567890", "ok": "true", "gone": ""}


def test_blank_lines_are_no_rows_and_numbers_are_those_of_the_lines() -> None:
    assert [row.number for row in JsonLinesRows(["\n", '{"a": "1"}\n', "  \n", '{"a": "2"}'])] == [2, 4]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("{", "", "it is not JSON: Expecting property name enclosed in double quotes at character 2"),
        ("[1]", "", "it is no object"),
        ('{"a": {"b": 1}}', "a", "a value is a text, a number, true, false or null"),
        ('{"a": 1, "a": 2}', "a", "it stands twice"),
        ('{"a": NaN}', "", "NaN is no number"),
        ('{"a": "\\ud800"}', "a", "it holds half a character"),
        ("[" * 100_000, "", "it is nested too deeply"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason(line: str, column: str, reason: str) -> None:
    good, bad = JsonLinesRows(['{"a": "1"}', line])
    assert isinstance(good, Row)
    assert bad == Refused(2, (line,), column, reason)
