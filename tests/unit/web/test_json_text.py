"""Reading JSON strictly."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor_service.web import UnreadableJsonError, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='ab"\\:é {'), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "NOT_JSON"),
        (b"{", "NOT_JSON"),
        (b"NaN", "NOT_JSON"),
        (b"[Infinity]", "NOT_JSON"),
        (b"1e400", "NOT_JSON"),
        (b'"\\ud800"', "NOT_JSON"),
        (b'"\xff"', "NOT_JSON"),
        (b"\xef\xbb\xbf{}", "NOT_JSON"),
        (b"[" * 100_000, "TOO_DEEP"),
        (b"[" * 202 + b"]" * 202, "TOO_DEEP"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "TOO_DEEP"),
        (b'{"a":1,"a":2}', "DUPLICATE_KEY"),
        (b'[{"x":{"a":1, "\\u0061" :2}}]', "DUPLICATE_KEY"),
        (b"9223372036854775808", "NUMBER_TOO_LARGE"),
        (b"[-123456789012345678901234567890]", "NUMBER_TOO_LARGE"),
        (b"1" * 5_000, "NOT_JSON"),
        (b'{"a":"x\\u0000"}', "NUL"),
        (b'{"\\u0000":1}', "NUL"),
        (b'"\\\\\\u0000"', "NUL"),
    ],
)
def test_what_two_readers_could_take_differently_is_refused(text: bytes, code: str) -> None:
    with pytest.raises(UnreadableJsonError) as refused:
        parse_json(text)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9223372036854775807", 2**63 - 1),
        (b'"\\\\u0000"', "\\u0000"),
        (b'{"a\\"":1,"b:":"c\\":"}', {'a"': 1, "b:": 'c":'}),
        (b'["a" , {"a" : 1}]', ["a", {"a": 1}]),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
    ],
)
def test_what_only_looks_like_a_mistake_is_read(text: bytes, value: object) -> None:
    assert parse_json(text) == value


def test_two_hundred_levels_are_read() -> None:
    assert parse_json(b"[" * 200 + b"]" * 200) is not None


@given(VALUES)
def test_every_document_without_a_mistake_is_read_as_it_was_written(value: Any) -> None:
    text = orjson.dumps(value)
    if "\\u0000" in text.decode():
        with pytest.raises(UnreadableJsonError):
            parse_json(text)
    else:
        assert parse_json(text) == value


@given(st.binary(max_size=60) | st.text('{}[]":,\\u0ad8 1e-', max_size=40).map(str.encode))
def test_no_bytes_end_in_another_error(text: bytes) -> None:
    try:
        read = parse_json(text)
    except UnreadableJsonError as error:
        assert error.reason  # noqa: PT017 # either way is right
    else:
        assert read == orjson.loads(text)
