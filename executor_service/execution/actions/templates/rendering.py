"""From a template and what it asks for to text, or to the one value that it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from executor_service.execution.actions.templates.filters import FILTERS
from executor_service.execution.actions.templates.parsing import Argument, Path, Template, Token
from executor_service.execution.actions.templates.values import Value, text_of

MOST_RENDERED_BYTES: Final = 262_144


class RenderedTooLongError(ValueError):
    """A template that came to more text than may be."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes are more than {MOST_RENDERED_BYTES}")
        self.size = size


@dataclass(frozen=True, slots=True)
class Scope:
    """What the paths of a template stand for; `enrolled` are the values of the record's properties that have any."""

    enrolled: Mapping[str, Value]
    workflow_id: int
    workflow_name: str
    occurrence_id: UUID
    due_at: datetime | None
    trigger: str | None
    now: datetime
    zone: str

    def value(self, path: Path) -> Value | None:
        """Return what a path stands for."""
        match path:
            case ("enrolled_object", name):
                return self.enrolled.get(name)
            case ("workflow", "id"):
                return str(self.workflow_id)
            case ("workflow", "name"):
                return self.workflow_name or None
            case ("occurrence", "id"):
                return str(self.occurrence_id)
            case ("occurrence", "due_at"):
                return self.due_at
            case ("occurrence", "trigger"):
                return self.trigger
            case ("now",):
                return self.now
            case _:
                return None


def render(template: Template, scope: Scope) -> str:
    """Return the text; raises FormulaError, RenderedTooLongError."""
    text = "".join(part if isinstance(part, str) else _text(_value(part, scope)) for part in template.parts)
    size = len(text.encode())
    if size > MOST_RENDERED_BYTES:
        raise RenderedTooLongError(size)
    return text


def single_value(template: Template, scope: Scope) -> Value | None:
    """Return the typed value of a template that is one token and nothing else, of any other its text.

    Null for no value; an empty text is none. Raises FormulaError, RenderedTooLongError.
    """
    match template.parts:
        case (Token() as token,):
            return _value(token, scope)
        case _:
            return render(template, scope) or None


def _value(token: Token, scope: Scope) -> Value | None:
    value = scope.value(token.path)
    for each in token.filters:
        arguments = [_argument(argument, scope) for argument in each.arguments]
        if each.name == "default":
            value = arguments[0] if value in (None, "") else value
        elif value is not None:
            value = FILTERS[each.name].apply(value, arguments, scope.zone)
    return None if value == "" else value


def _argument(argument: Argument, scope: Scope) -> Value:
    """Return an argument; one without value is the empty text."""
    if not isinstance(argument, tuple):
        return argument
    found = scope.value(argument)
    return "" if found is None else found


def _text(value: Value | None) -> str:
    return "" if value is None else text_of(value)
