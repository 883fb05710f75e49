"""What applying a document would change."""

from executor_service.cli.applying import wanted_document
from executor_service.cli.differences import Difference, differences

STORED = {
    "id": "12",
    "revisionId": "3",
    "isEnabled": False,
    "name": "Friday",
    "timeWindows": [],
    "actions": [{"actionId": "1", "actionTypeVersion": 0, "fields": {"property_name": "city", "value": {"a": "x"}}}],
}


def test_defaults_and_fields_of_the_server_are_no_difference() -> None:
    wanted = {
        "id": "99",
        "name": "Friday",
        "actions": [{"actionId": "1", "fields": {"property_name": "city", "value": {"a": "x"}}}],
    }
    assert differences(STORED, wanted) == []


def test_a_difference_names_its_place_and_both_values() -> None:
    wanted = {"name": "Monday", "actions": [{"actionId": "1", "fields": {"value": {"a": "x"}}}, {"actionId": "2"}]}
    assert differences(STORED, wanted) == [
        Difference("name", "Friday", "Monday"),
        Difference("actions[0].fields.property_name", "city", None),
        Difference("actions[1]", None, {"actionId": "2"}),
    ]


def test_a_document_that_does_not_say_whether_it_is_on_leaves_the_workflow_as_it_is() -> None:
    assert wanted_document({"name": "a"}, {"isEnabled": True})["isEnabled"] is True
    assert wanted_document({"name": "a", "isEnabled": False}, {"isEnabled": True})["isEnabled"] is False
    assert wanted_document({"name": "a", "revisionId": "7", "id": "3"}, None) == {"name": "a", "isEnabled": False}
