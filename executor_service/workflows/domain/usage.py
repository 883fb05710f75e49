"""What a workflow uses of its surroundings, so that nobody takes it away while the workflow is on."""

from collections.abc import Mapping
from typing import Any

from executor_service.workflows.domain.document import stored_tree


def uses_property(content: Mapping[str, Any], name: str) -> bool:
    """Tell whether the criteria or an action of a content name a property of its object type."""
    tree = stored_tree(content)
    is_asked = tree is not None and name in tree.property_names
    return is_asked or any(action["fields"].get("property_name") == name for action in content["actions"])
