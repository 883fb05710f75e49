"""Opaque cursors and ids."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor_service.web import RefusedError, decode_cursor, encode_cursor, parse_id


@given(st.integers(0, 2**63 - 1), st.text("abcé-_", max_size=20))
def test_a_cursor_gives_its_key_back(number: int, text: str) -> None:
    assert decode_cursor(encode_cursor(number, text), [int, str]) == [number, text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "é",
        "abc",
        "\x00",
        "A" * 100_000,
        encode_cursor("1"),
        encode_cursor(1, 2),
        encode_cursor(2**63),
        base64.urlsafe_b64encode(b"[true]").decode(),
        base64.urlsafe_b64encode(b"[1e3]").decode(),
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b"null").decode(),
    ],
)
def test_a_text_that_is_no_cursor_is_refused_with_its_parameter(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        decode_cursor(text, [int], field="after")

    assert [problem.field for problem in refused.value.problems] == ["after"]


@given(st.text(max_size=300))
def test_no_text_ends_in_another_error(text: str) -> None:
    try:
        parts = decode_cursor(text, [int])
    except RefusedError as error:
        assert error.problems[0].code == "NOT_ALLOWED"  # noqa: PT017 # either way is right
    else:
        assert isinstance(parts[0], int)


@pytest.mark.parametrize(
    ("text", "ident"),
    [
        ("1", 1),
        ("9007199254740991", 2**53 - 1),
        ("9007199254740992", None),
        ("0", None),
        ("01", None),
        ("+1", None),
        ("-1", None),
        (" 1", None),
        ("1\n", None),
        ("\u0661", None),
        ("1" * 5_000, None),
        ("", None),
    ],
)
def test_an_id_is_decimal_without_a_leading_zero_below_2_53(text: str, ident: int | None) -> None:
    assert parse_id(text) == ident
