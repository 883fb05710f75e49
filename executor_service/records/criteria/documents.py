"""Documents inside an operation: read strictly, one of several models by the name they carry."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, PydanticCustomError


class Document(BaseModel):
    """The form of what comes in: unknown fields are refused, nothing is converted."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel)


def picked(key: str, models: Mapping[str, type[BaseModel]], not_held: frozenset[str] = frozenset()) -> BeforeValidator:
    """Return what reads an object by the model that its `key` names, so that places stay as they were sent."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise PydanticCustomError("WRONG_TYPE", "Input should be an object")
        name = value.get(key)
        model = models.get(name) if isinstance(name, str) else None
        if model is None:
            raise ValidationError.from_exception_data("point", [_refusal(value, key, models, not_held)])
        return model.model_validate(value)

    return BeforeValidator(read)


def _refusal(
    value: dict[str, Any], key: str, models: Mapping[str, type[BaseModel]], not_held: frozenset[str]
) -> InitErrorDetails:
    if key not in value:
        return InitErrorDetails(type="missing", loc=(key,), input=value)
    if isinstance(value[key], str) and value[key] in not_held:
        error = PydanticCustomError("UNSUPPORTED", "Input asks for what is not held here")
    else:
        error = PydanticCustomError("NOT_ALLOWED", "Input should be one of {names}", {"names": ", ".join(models)})
    return InitErrorDetails(type=error, loc=(key,), input=value[key])
