"""What a command says: data on stdout, talk on stderr; tables on a terminal, aligned text or JSON elsewhere.

JSON is stable and as the server gave it: one row a line for lists, one document for everything else. Text of the
server's is shown without its control characters, so that no value writes to the terminal by itself.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from executor_service.cli.failures import CommandError

Row = Mapping[str, Any]
Cells = Sequence[str]


def shown(value: Any) -> str:
    """Return a value as one line of text; nothing is an empty text."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            text = value
        case int() | float():
            text = str(value)
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else " " if letter.isspace() else "�" for letter in text)


def aligned(heads: Cells, rows: Iterable[Cells]) -> list[str]:
    """Return lines in which the columns stand below one another."""
    lines = [heads, *rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command speaks. `quiet` leaves out the talk, errors apart."""

    as_json: bool
    quiet: bool
    data: Console
    talk: Console

    def rows(self, rows: Iterable[Row], columns: Mapping[str, Any], *, nothing: str) -> None:
        """Show a list. `columns`: head → function of a row; `nothing` is the talk when there are no rows."""
        if self.as_json:
            for row in rows:
                self._line(json.dumps(row, ensure_ascii=False))
            return
        cells = [[shown(cell(row)) for cell in columns.values()] for row in rows]
        if cells:
            self._table(list(columns), cells)
        else:
            self.say(nothing)

    def document(self, document: Any) -> None:
        """Show one document, as JSON."""
        self._line(json.dumps(document, ensure_ascii=False, indent=2))

    def facts(self, facts: Mapping[str, Any]) -> None:
        """Show names with their values, one a line, without those that have none."""
        lines = [(name, shown(value)) for name, value in facts.items() if value is not None]
        width = max((cell_len(name) for name, _ in lines), default=0)
        for name, value in lines:
            self.data.print(Text.assemble((name.ljust(width), "bold"), "  ", value), soft_wrap=True)

    def line(self, text: str) -> None:
        """Say one line of data."""
        self.data.print(Text(shown(text)), soft_wrap=True)

    def text(self, text: str) -> None:
        """Write a text of several lines as it is."""
        self.data.file.write(text)

    @property
    def is_asked_by_a_person(self) -> bool:
        """Tell whether somebody sits at a terminal, who can be asked something."""
        return sys.stdin.isatty() and self.talk.is_terminal and not self.quiet and not self.as_json

    def confirm(self, question: str) -> None:
        """Ask whether to go on; ends the command when the answer is no."""
        typer.confirm(shown(question), abort=True, err=True)

    def say(self, text: str) -> None:
        """Talk: what happened, and what could come next."""
        if not self.quiet:
            self.talk.print(Text(shown(text), "dim"), soft_wrap=True)

    def fail(self, error: CommandError) -> None:
        """Say what went wrong."""
        self.talk.print(Text.assemble(("error: ", "bold red"), shown(error.message)), soft_wrap=True)
        for problem in error.problems:
            self.talk.print(Text(f"  {shown(str(problem))}"), soft_wrap=True)
        if error.hint:
            self.talk.print(Text(f"hint: {shown(error.hint)}", "dim"), soft_wrap=True)

    def _table(self, heads: Cells, rows: Sequence[Cells]) -> None:
        if not self.data.is_terminal:
            for line in aligned([head.upper() for head in heads], rows):
                self._line(line)
            return
        table = Table(*heads, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self.data.print(table)

    def _line(self, text: str) -> None:
        self.data.file.write(f"{text}\n")


def open_output(*, as_json: bool = False, quiet: bool = False) -> Output:
    """Return the output of this process."""
    return Output(as_json, quiet, data=_console(sys.stdout), talk=_console(sys.stderr))


def _console(file: IO[str]) -> Console:
    return Console(file=file, highlight=False, markup=False, emoji=False)
