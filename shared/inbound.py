"""What others send us: commands about workflows, and records of the CRM.

Public as `contracts` is, and changing as it does: only by addition, and a field nobody knows is let pass.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from shared.contracts import Wire, Word, WorkflowId

RecordId = WorkflowId
RecordIds = Annotated[tuple[RecordId, ...], Field(min_length=1)]
Value = StrictStr | StrictBool | StrictInt | StrictFloat | None
"""A property's value as the API takes it, or null, which empties it as the empty text does."""


class EnrollRecords(Wire):
    """Enroll these records in a workflow, whether they meet its criteria or not."""

    type: Literal["workflows.command.enroll.v1"] = "workflows.command.enroll.v1"
    workflow_id: WorkflowId
    record_ids: RecordIds


class UnenrollRecords(Wire):
    """Let these records leave a workflow."""

    type: Literal["workflows.command.unenroll.v1"] = "workflows.command.unenroll.v1"
    workflow_id: WorkflowId
    record_ids: RecordIds


class RunWorkflow(Wire):
    """Run a workflow now: evaluate its criteria and enroll who meets them."""

    type: Literal["workflows.command.run.v1"] = "workflows.command.run.v1"
    workflow_id: WorkflowId


class TurnOnWorkflow(Wire):
    """Turn a workflow on."""

    type: Literal["workflows.command.turn-on.v1"] = "workflows.command.turn-on.v1"
    workflow_id: WorkflowId


class TurnOffWorkflow(Wire):
    """Turn a workflow off."""

    type: Literal["workflows.command.turn-off.v1"] = "workflows.command.turn-off.v1"
    workflow_id: WorkflowId


AnyCommand = EnrollRecords | UnenrollRecords | RunWorkflow | TurnOnWorkflow | TurnOffWorkflow
Command = Annotated[AnyCommand, Field(discriminator="type")]


class RecordUpserted(Wire):
    """A record as another system has it: changed by its id, or by the value of a unique property, which may make it."""

    type: Literal["crm.record.upserted.v1"] = "crm.record.upserted.v1"
    object_type_id: Word
    id: RecordId | None = None
    id_property: Word | None = None
    id_value: Annotated[str, Field(min_length=1)] | None = None
    properties: dict[str, Value]

    @model_validator(mode="after")
    def _names_one_record(self) -> Self:
        by_value = (self.id_property is not None, self.id_value is not None)
        if by_value not in {(True, True), (False, False)} or by_value[0] == (self.id is not None):
            raise ValueError("a record is named by id, or by idProperty and idValue")
        return self


class RecordArchived(Wire):
    """A record that another system has no more."""

    type: Literal["crm.record.archived.v1"] = "crm.record.archived.v1"
    object_type_id: Word
    id: RecordId


AnyRecordChange = RecordUpserted | RecordArchived
RecordChange = Annotated[AnyRecordChange, Field(discriminator="type")]
