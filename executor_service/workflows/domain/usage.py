"""What a workflow uses of its surroundings, so that nobody takes it away while the workflow is on."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from executor_service.records.criteria import parse_tree
from executor_service.workflows.domain.connections import branches
from executor_service.workflows.domain.document import stored_tree

# Where a property stands by its name in the fields of an action.
_NAMING_FIELDS: Final = frozenset({"property_name", "propertyName", "appendPropertyName", "target_property"})
_IN_TEMPLATES: Final = re.compile(r"enrolled_object\s*\.\s*(\w+)")


def uses_property(content: Mapping[str, Any], name: str) -> bool:
    """Tell whether the criteria or an action of a content name a property of its object type."""
    tree = stored_tree(content)
    if tree is not None and name in tree.property_names:
        return True
    return any(name in _named_by(action) for action in content["actions"])


def _named_by(action: Mapping[str, Any]) -> Iterator[str]:
    for _, branch in branches(action):
        if "filterBranch" in branch:
            yield from parse_tree(branch["filterBranch"], path="").property_names
    for key, text in _texts(action):
        if key in _NAMING_FIELDS:
            yield text
        yield from _IN_TEMPLATES.findall(text)


def _texts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every text of a document, however deep, with the field that it stands in or below."""
    left: list[tuple[str, Any]] = list(document.items())
    while left:
        key, value = left.pop()
        match value:
            case str():
                yield key, value
            case Mapping():
                left.extend(value.items())
            case list():
                left.extend((key, each) for each in value)
            case _:
                pass
