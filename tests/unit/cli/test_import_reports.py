"""What an import says and leaves behind."""

from pathlib import Path

import pytest

from executor_service.cli.failures import InvalidInputError
from executor_service.cli.importing.error_file import ErrorFile
from executor_service.cli.importing.progress import LineProgress
from executor_service.cli.importing.rows import Refused


def test_progress_without_a_terminal_is_a_line_at_most_every_five_seconds() -> None:
    said: list[str] = []
    seconds = iter([0.0, 1.0, 4.9, 5.0, 9.0, 10.0])
    progress = LineProgress(1000, said.append, clock=lambda: next(seconds))
    for _ in range(5):
        progress.advance(100)
    assert said == ["300 of 1,000 rows, 60 rows/s, about 12 s left", "500 of 1,000 rows, 50 rows/s, about 10 s left"]


def test_refused_rows_stand_in_the_error_file_with_number_column_and_reason_in_front(tmp_path: Path) -> None:
    with ErrorFile(tmp_path / "a.errors.csv", ("email", "city")) as file:
        file.add([Refused(7, ("a@b", "x,y"), "city", "is too long")])
    assert (tmp_path / "a.errors.csv").read_bytes().splitlines() == [
        b"row,column,reason,email,city",
        b'7,city,is too long,a@b,"x,y"',
    ]


def test_an_import_without_refused_rows_leaves_no_error_file_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.errors.csv"
    path.write_text("row,column,reason,email\n7,email,taken,a@b\n")
    with ErrorFile(path, ("email",)) as file:
        file.add([])
    assert (path.exists(), file.is_made) == (False, False)


def test_a_file_that_no_import_left_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "thesis.txt"
    path.write_text("years of work")
    with pytest.raises(InvalidInputError), ErrorFile(path, ("email",)):
        pass
    assert path.read_text() == "years of work"
