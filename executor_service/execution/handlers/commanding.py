"""Commands of other systems, from `workflows.commands.v1`: each is carried out once, or refused once.

What a command does, that it was taken, and a refusal are one transaction. So one that comes again does nothing, also
after somebody has turned the workflow back; and one that fails on our side is not taken yet.
"""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Protocol, Self

from executor_service.execution.handlers.asking import (
    WishRefusedError,
    ask_enrollment,
    ask_run,
    ask_unenrollment,
    refuse_command,
)
from executor_service.execution.ports import Work
from executor_service.workflows.domain.document import InvalidFlowError
from executor_service.workflows.handlers import turn_off, turn_on
from executor_service.workflows.ports import ActionCatalogue, NoSuchWorkflowError
from executor_service.workflows.ports import Work as WorkflowsWork
from shared.failpoints import failpoint
from shared.inbound import AnyCommand, EnrollRecords, RunWorkflow, TurnOffWorkflow, TurnOnWorkflow, UnenrollRecords


class CommandWork(Protocol):
    """One transaction around a command; the units of work of its handlers nest inside."""

    async def take(self, command_id: str) -> bool:
        """Note that a command is taken; false when it was before. Whoever takes it meanwhile waits."""
        ...

    def execution(self) -> Work:
        """Return a unit of work of execution inside this one."""
        ...

    def workflows(self, metadata: Mapping[str, Any]) -> WorkflowsWork:
        """Return a unit of work of the workflows inside this one."""
        ...

    async def commit(self) -> None:
        """Commit; nothing may be done with the work afterwards."""
        ...

    async def __aenter__(self) -> Self:
        """Begin."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed."""
        ...


OpenCommand = Callable[[], CommandWork]


async def obey(
    command: AnyCommand,
    *,
    command_id: str,
    open_command: OpenCommand,
    catalogue: ActionCatalogue,
    metadata: Mapping[str, Any],
) -> bool:
    """Carry a command out, or refuse it; false when that was done before. `command_id` is the message's `ce_id`."""
    async with open_command() as work:
        if not await work.take(command_id):
            return False
        try:
            await _carry_out(command, command_id, work, catalogue, metadata)
        except (WishRefusedError, NoSuchWorkflowError, InvalidFlowError) as error:
            await refuse_command(
                int(command.workflow_id),
                command_id=command_id,
                reason=_word(error),
                open_work=work.execution,
                metadata=metadata,
            )
        failpoint("executor.accepted_before_commit")
        await work.commit()
    return True


async def _carry_out(
    command: AnyCommand, command_id: str, work: CommandWork, catalogue: ActionCatalogue, metadata: Mapping[str, Any]
) -> None:
    workflow_id, inside = int(command.workflow_id), work.execution
    match command:
        case EnrollRecords():
            ids = [int(record_id) for record_id in command.record_ids]
            await ask_enrollment(
                workflow_id, ids, trigger="COMMAND", command_id=command_id, open_work=inside, metadata=metadata
            )
        case UnenrollRecords():
            ids = [int(record_id) for record_id in command.record_ids]
            await ask_unenrollment(workflow_id, ids, command_id=command_id, open_work=inside, metadata=metadata)
        case RunWorkflow():
            await ask_run(workflow_id, trigger="COMMAND", command_id=command_id, open_work=inside, metadata=metadata)
        case TurnOnWorkflow():
            await turn_on(workflow_id, work=work.workflows(metadata), catalogue=catalogue)
        case TurnOffWorkflow():
            await turn_off(workflow_id, work=work.workflows(metadata))


def _word(error: WishRefusedError | NoSuchWorkflowError | InvalidFlowError) -> str:
    match error:
        case WishRefusedError():
            return error.code
        case NoSuchWorkflowError():
            return "NO_SUCH_WORKFLOW"
        case InvalidFlowError():
            return "CANNOT_TURN_ON"
