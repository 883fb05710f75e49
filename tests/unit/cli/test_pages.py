"""Two readings of a file: which rows are sent, in which pages."""

from executor_service.cli.importing.pages import PAGE_BYTES, Rules, to_pages
from executor_service.cli.importing.rows import AnyRow, Refused, Row
from executor_service.cli.importing.survey import Survey, survey

RULES = Rules("email", frozenset({"email", "city"}), frozenset({"note"}))


def row(number: int, email: str, **more: str) -> Row:
    """Return a row."""
    return Row(number, (), {"email": email, **more})


def test_of_one_key_the_last_row_is_sent_and_no_earlier_one() -> None:
    rows: list[AnyRow] = [row(2, "a", city="x"), row(3, "b"), row(4, "a", city="y"), row(5, "a", city="z")]
    found = survey(rows, "email")
    (page,) = to_pages(rows, RULES, found)
    assert found == Survey(4, frozenset({2, 4}))
    assert [sent.number for sent in page.rows] == [3, 5]
    assert (page.replaced, page.size) == (2, 4)


def test_a_bad_row_replaces_no_good_one() -> None:
    rows: list[AnyRow] = [row(2, "a"), Refused(3, (), "", "bad")]
    assert survey(rows, "email") == Survey(2, frozenset())


def test_a_row_without_its_key_or_with_an_unknown_name_is_refused_before_it_is_sent() -> None:
    rows: list[AnyRow] = [row(2, ""), row(3, "a", colour="red"), row(4, "b", note="left out", city="Oslo")]
    (page,) = to_pages(rows, RULES, survey(rows, "email"))
    assert [(bad.number, bad.column, bad.reason) for bad in page.refused] == [
        (2, "email", "it has no email"),
        (3, "colour", "there is no such property"),
    ]
    assert page.rows[0].to_input("email") == {"id": "b", "idProperty": "email", "properties": {"city": "Oslo"}}


def test_pages_hold_a_hundred_rows_and_stand_for_the_whole_file() -> None:
    rows: list[AnyRow] = [row(number, f"{number}") for number in range(2, 252)]
    pages = list(to_pages(rows, RULES, survey(rows, "email")))
    assert [len(page.rows) for page in pages] == [100, 100, 50]
    assert sum(page.size for page in pages) == 250


def test_a_long_run_of_refused_rows_is_told_page_by_page() -> None:
    rows: list[AnyRow] = [row(number, "") for number in range(2, 252)]
    assert [len(page.refused) for page in to_pages(rows, RULES, survey(rows, "email"))] == [100, 100, 50]


def test_rows_of_many_bytes_make_pages_that_a_server_takes() -> None:
    rows: list[AnyRow] = [row(number, f"{number}", city="å" * 65_000) for number in range(2, 102)]
    pages = list(to_pages(rows, RULES, survey(rows, "email")))
    assert [len(page.rows) for page in pages] == [61, 39]


def test_a_row_that_no_page_can_hold_is_refused_and_stops_no_other() -> None:
    rows: list[AnyRow] = [row(2, "a"), row(3, "b", city="x" * PAGE_BYTES), row(4, "c")]
    (page,) = to_pages(rows, RULES, survey(rows, "email"))
    assert [sent.number for sent in page.rows] == [2, 4]
    assert [(bad.number, bad.column) for bad in page.refused] == [(3, "")]
