"""CSV files into rows."""

import io

import pytest

from executor_service.cli.failures import InvalidInputError, MisuseError
from executor_service.cli.importing.rows import AnyRow, Refused, Row
from executor_service.cli.importing.sources import Source
from executor_service.cli.importing.tables import CsvRows, guess_delimiter, read_delimiter


def rows(raw: bytes, delimiter: str | None = None) -> list[AnyRow]:
    """Return the rows of a file."""
    return list(CsvRows("a.csv", Source("a.csv", None, io.BytesIO(raw)).lines(), delimiter))


def values(raw: bytes, delimiter: str | None = None) -> list[dict[str, str]]:
    """Return the values of the rows that are good."""
    return [dict(row.values) for row in rows(raw, delimiter) if isinstance(row, Row)]


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [("a,b;c,d", ","), ("a;b;c,d", ";"), ("a\tb\tc;d", "\t"), ('"x;y;z;w",b', ","), ("email", ","), ("a;b,c", ",")],
)
def test_the_delimiter_is_the_one_that_the_header_has_most_outside_quotes(header: str, delimiter: str) -> None:
    assert guess_delimiter(header) == delimiter


def test_a_given_delimiter_wins() -> None:
    assert values(b"a|b\n1;2|3\n", "|") == [{"a": "1;2", "b": "3"}]
    assert read_delimiter("tab") == "\t"
    with pytest.raises(MisuseError):
        read_delimiter("||")


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert values("\ufeffemail;city\r\nå@b.no;Tromsø\r\n".encode()) == [{"email": "å@b.no", "city": "Tromsø"}]


def test_quoted_cells_hold_delimiters_quotes_and_line_ends() -> None:
    assert values(b'a,b\n"1,2","say ""hi""\nthere"\n') == [{"a": "1,2", "b": 'say "hi"\nthere'}]


def test_an_empty_cell_leaves_its_property_out_and_a_row_of_nothing_is_none() -> None:
    assert values(b"a,b\n1,\n,\n\n,2\n") == [{"a": "1"}, {"b": "2"}]


def test_a_bad_row_is_refused_with_its_number_and_stops_no_other() -> None:
    found = rows(b'a,b\n1,2\n3\n"4"x,5\n6,7\n')
    assert [row.number for row in found] == [2, 3, 4, 5]
    assert [row.reason for row in found if isinstance(row, Refused)] == [
        "it has 1 cells, the header has 2",
        "',' expected after '\"'",
    ]


def test_a_quote_that_is_never_closed_is_a_bad_row_and_not_one_great_cell() -> None:
    found = rows(b'a,b\n1,2\n3,"4\n5,6\n')
    assert isinstance(found[0], Row)
    assert [row.reason for row in found if isinstance(row, Refused)] == ["unexpected end of data"]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "it is empty: its first line names the properties"),
        (b"email,,city\n", "column 2: has no name"),
        (b"email,city,email\n", "email: stands twice in the header"),
    ],
)
def test_a_header_that_names_no_properties_is_refused(raw: bytes, problem: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        rows(raw)
    assert [str(each) for each in caught.value.problems] == [problem]


@pytest.mark.parametrize(
    ("encoding", "line", "reason"),
    [
        ("latin-1", "line 3", 'it is not UTF-8: byte 0xf8 after "3,Troms"'),
        ("utf-16", "line 1", 'it is not UTF-8: byte 0xff after ""'),
    ],
)
def test_another_encoding_is_refused_with_its_first_bad_line(encoding: str, line: str, reason: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        rows("a,city\n2,Oslo\n3,Tromsø\n4,Bodø\n".encode(encoding))
    assert [(problem.field, problem.reason) for problem in caught.value.problems] == [(line, reason)]
