"""The form that everything on the wire has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    """The form of everything on the wire: camelCase, frozen, unknown fields let pass (data only gains fields)."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")


WorkflowId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,15}$")]
Word = Annotated[str, Field(max_length=100)]
"""A revision, a zone, a nominal or local time: never longer, so that an index can hold it."""
