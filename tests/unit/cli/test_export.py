"""A workflow as a document: what is written is what is read."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from executor_service.cli.exporting import exported
from executor_service.cli.flow_notation import dump_yaml, load_yaml

TRICKY = st.sampled_from(
    [
        "on",
        "no",
        "08:30",
        "1e3",
        "0x1f",
        "1_000",
        "~",
        "null",
        "2026-11-27",
        "=",
        "<<",
        "- a",
        "a: b",
        "#",
        "",
        " x ",
        "é",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9).map(lambda x: round(x, 3)) | TRICKY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TRICKY.filter(bool), inner, max_size=3),
    max_leaves=10,
)


@example(document={"a": "one\x85two\u2028three\u2029", "b\x85": ["\ufeff", "c\r\n"]})
@given(document=st.dictionaries(TRICKY.filter(bool), VALUES | st.text(max_size=20), max_size=4))
def test_what_is_written_as_yaml_is_read_as_the_same_document(document: dict[str, Any]) -> None:
    assert load_yaml(dump_yaml(document)) == document


def test_a_text_that_looks_like_something_else_is_quoted_and_a_number_is_not() -> None:
    assert dump_yaml({"a": "1e3", "b": 1000, "c": "on", "d": True}) == "a: '1e3'\nb: 1000\nc: 'on'\nd: true\n"


def test_what_stands_twice_is_written_twice() -> None:
    same = {"filterType": "PROPERTY"}
    assert "*" not in dump_yaml({"a": same, "b": same})


def test_an_exported_document_begins_with_its_uuid_and_has_nothing_of_the_server() -> None:
    flow = {"id": "7", "name": "Friday", "revisionId": "3", "createdAt": "x", "uuid": "u-1", "isEnabled": True}
    assert list(exported(flow).items()) == [("uuid", "u-1"), ("name", "Friday"), ("isEnabled", True)]
