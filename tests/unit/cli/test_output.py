"""What is written where."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from executor_service.cli.failures import MisuseError
from executor_service.cli.output import Output, aligned, shown

COLUMNS: Mapping[str, Any] = {"id": lambda row: row["id"], "name": lambda row: row["name"]}
ROWS: list[dict[str, Any]] = [{"id": "1", "name": "Årsmøte", "more": None}, {"id": "12", "name": "[red]日本"}]


class Spoken:
    """An output whose words are kept."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False, terminal: bool = False) -> None:
        data = Console(file=io.StringIO(), force_terminal=terminal, width=60, markup=False, highlight=False)
        talk = Console(file=io.StringIO(), force_terminal=False, width=60, markup=False, highlight=False)
        self.output = Output(as_json, quiet, data, talk)

    @property
    def data(self) -> str:
        """What stdout got."""
        return self._text(self.output.data)

    @property
    def talk(self) -> str:
        """What stderr got."""
        return self._text(self.output.talk)

    @staticmethod
    def _text(console: Console) -> str:
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue()


def test_a_list_as_json_is_one_row_a_line_as_the_server_gave_it() -> None:
    spoken = Spoken(as_json=True)
    spoken.output.rows(ROWS, COLUMNS, nothing="none")
    assert [json.loads(line) for line in spoken.data.splitlines()] == ROWS
    assert "Årsmøte" in spoken.data


def test_a_list_without_a_terminal_is_aligned_text_that_nothing_cuts() -> None:
    spoken = Spoken()
    spoken.output.rows([*ROWS, {"id": "3", "name": "x" * 200}], COLUMNS, nothing="none")
    assert spoken.data.splitlines()[:3] == ["ID  NAME", "1   Årsmøte", "12  [red]日本"]
    assert "x" * 200 in spoken.data


def test_a_list_on_a_terminal_is_a_table_with_its_values_as_they_are() -> None:
    spoken = Spoken(terminal=True)
    spoken.output.rows(ROWS, COLUMNS, nothing="none")
    assert "[red]日本" in spoken.data
    assert "\x1b[1m" in spoken.data


def test_an_empty_list_is_talk_and_no_data() -> None:
    spoken = Spoken()
    spoken.output.rows([], COLUMNS, nothing="there are no workflows yet")
    assert (spoken.data, spoken.talk) == ("", "there are no workflows yet\n")


def test_quiet_keeps_errors_and_leaves_out_the_talk() -> None:
    spoken = Spoken(quiet=True)
    spoken.output.say("next: workflows list")
    spoken.output.fail(MisuseError("no server is named", hint="give --url"))
    assert spoken.talk == "error: no server is named\nhint: give --url\n"


def test_values_never_write_to_the_terminal_by_themselves() -> None:
    assert shown("a\x1b[31mb\nc\u202e") == "a�[31mb c�"


@pytest.mark.parametrize(("value", "text"), [(None, ""), (True, "yes"), (0, "0"), ({"a": "ø"}, '{"a": "ø"}')])
def test_values_are_shown_as_people_write_them(value: Any, text: str) -> None:
    assert shown(value) == text


def test_wide_letters_keep_columns_below_one_another() -> None:
    assert aligned(["A", "B"], [["日本", "x"], ["a", "y"]]) == ["A     B", "日本  x", "a     y"]
