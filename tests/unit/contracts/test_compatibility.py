"""Which changes of what crosses an edge are let through, and which are refused with their place."""

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from deploy.schemas.compatibility import breaks
from deploy.schemas.files import incompatible, present, wanted

BEFORE: dict[str, Any] = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string", "maxLength": 10},
        "state": {"enum": ["ON", "OFF"]},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "groups": {
            "type": "array",
            "items": {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}},
        },
    },
}


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    schema = copy.deepcopy(BEFORE)
    change(schema)
    return schema


def found(now: dict[str, Any], *, is_read_only: bool = False) -> list[str]:
    return list(breaks(BEFORE, now, is_read_only=is_read_only))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda new: new["properties"].pop("note"), "note is gone"),
        (lambda new: new["properties"]["id"].update(type="integer"), "id was of type string and is of type integer"),
        (lambda new: new["properties"]["id"].update(maxLength=9), "id has a lower maxLength"),
        (lambda new: new["properties"]["id"].update(pattern="x"), "id has another pattern"),
        (lambda new: new["properties"]["state"].update(enum=["ON"]), "state does not take OFF any more"),
        (lambda new: new["properties"]["note"]["anyOf"].pop(), "note does not take null any more"),
        (lambda new: new["required"].append("note"), "note is required now"),
        (lambda new: new["required"].remove("state"), "state may be missing now"),
        (lambda new: new["properties"]["groups"]["items"]["properties"].clear(), "groups[].count is gone"),
    ],
    ids=["gone", "type", "bound", "pattern", "value", "alternative", "required", "missing", "inside"],
)
def test_what_breaks_somebody_is_refused_with_its_place(change: Callable[[dict[str, Any]], Any], sentence: str) -> None:
    assert found(changed(change)) == [sentence]


@pytest.mark.parametrize(
    "change",
    [
        lambda new: new["properties"].update(more={"type": "string"}),
        lambda new: new["properties"]["id"].update(maxLength=11),
        lambda new: new["properties"]["state"]["enum"].append("PAUSED"),
        lambda new: new["properties"]["note"]["anyOf"].append({"type": "integer"}),
        lambda new: new.update(description="Said better."),
    ],
    ids=["field", "bound", "value", "alternative", "words"],
)
def test_what_only_adds_is_let_through(change: Callable[[dict[str, Any]], Any]) -> None:
    assert found(changed(change)) == []


def test_what_others_send_may_leave_out_what_was_required() -> None:
    assert found(changed(lambda new: new["required"].remove("state")), is_read_only=True) == []


def test_a_type_may_go_only_when_its_next_version_is_there() -> None:
    text = orjson.dumps(BEFORE)
    before = {"topic/a.v1.json": text, "topic/b.v1.json": text, "executor-log/Done.json": text}
    assert incompatible(before, {"topic/a.v2.json": text}) == ["topic/b.v1 is gone", "executor-log/Done is gone"]


def test_nothing_breaks_what_stands_in_the_folder_and_each_file_is_there() -> None:
    before, now = present(), wanted()
    assert incompatible(before, now) == []
    assert before.keys() == now.keys()
