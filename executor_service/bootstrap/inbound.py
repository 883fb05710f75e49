"""What comes in from topics, bound to its handlers: messages as they are read, and dead letters tried again."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from executor_service import app
from executor_service.account.store import held_zone
from executor_service.bootstrap.connecting import SCHEMA
from executor_service.bootstrap.needs_review import note_schedule
from executor_service.bootstrap.topics import read_command, read_due
from executor_service.execution.handlers.accepting import accept_due, accept_skips
from executor_service.execution.handlers.commanding import obey
from executor_service.execution.store import ExecutionWork, Lower
from executor_service.execution.store.commands import PostgresCommandWork
from executor_service.records.handlers.topic import begin_partition, take_again, take_batch
from executor_service.records.ports import Definitions
from executor_service.records.store import PostgresRecords
from executor_service.records.store.topic import TopicWork
from executor_service.settings import Settings
from executor_service.workflows.ports import ActionCatalogue
from executor_service.workflows.store import WorkflowWork
from shared.cloud_events import Envelope
from shared.contracts import (
    COMMANDS,
    DUE,
    EXECUTOR_GROUP,
    RECORDS,
    RECORDS_GROUP,
    DueMessage,
    OccurrenceDue,
    OccurrencesSkipped,
    ScheduleChanged,
)
from shared.dead_letters import DeadLetters
from shared.inbound import AnyCommand
from shared.kafka import Attempt, BatchReader, Consumption, RawMessage, Refusal, accept, try_message
from shared.postgres import Connection, Pool


class Inbound:
    """The topics that the executor reads."""

    def __init__(self, settings: Settings, pool: Pool, *, lower: Lower, catalogue: ActionCatalogue) -> None:
        self._settings = settings
        self._pool = pool
        self._lower = lower
        self._catalogue = catalogue
        self.due_topic, self._commands_topic, self._records_topic = (
            settings.topic_prefix + name for name in (DUE, COMMANDS, RECORDS)
        )
        self.messages = self._consumption(EXECUTOR_GROUP, [self.due_topic, self._commands_topic], self._app)
        """Due events and commands, one by one."""
        self.records = self._consumption(RECORDS_GROUP, [self._records_topic], self._reader)
        """Records, in batches."""

    @property
    def parts(self) -> Sequence[app.Part]:
        """What runs in a process that reads."""
        return self.messages.run, self.records.run

    @property
    def attempts(self) -> Mapping[str, Attempt]:
        """What a message of each topic is tried with, once more."""
        return {
            self.due_topic: self._try_due,
            self._commands_topic: self._try_command,
            self._records_topic: partial(take_again, open_work=self._topic_work),
        }

    @property
    def abandoned(self) -> bool:
        """Tell whether a reader did not stop in time."""
        return self.messages.abandoned or self.records.abandoned

    def trouble(self) -> str | None:
        """Return why something is not read, for `/readyz`."""
        return self.messages.trouble or self.records.trouble

    async def accept_due(self, message: RawMessage) -> None:
        """Accept a message of the topic of due events; never raises."""
        await accept(message, attempt=self._try_due, dead_letter=DeadLetters(self._pool).store)

    async def accept_command(self, message: RawMessage) -> None:
        """Accept a message of the topic of commands; never raises."""
        await accept(message, attempt=self._try_command, dead_letter=DeadLetters(self._pool).store)

    async def _try_due(self, message: RawMessage) -> Refusal | None:
        return await try_message(message, decode_data=read_due, handle=self._accept)

    async def _try_command(self, message: RawMessage) -> Refusal | None:
        return await try_message(message, decode_data=read_command, handle=self._obey)

    async def _accept(self, message: DueMessage, envelope: Envelope) -> None:
        match message:
            case OccurrenceDue():
                await accept_due(message, event_id=envelope.id, open_work=self._work)
            case OccurrencesSkipped():
                await accept_skips(message, event_id=envelope.id, open_work=self._work)
            case ScheduleChanged():
                await note_schedule(message, at=envelope.time, pool=self._pool)

    async def _obey(self, command: AnyCommand, envelope: Envelope) -> None:
        await obey(
            command,
            command_id=envelope.id,
            open_command=partial(PostgresCommandWork, self._pool, lower=self._lower, workflows=_workflows),
            catalogue=self._catalogue,
            metadata={"actor": "commands topic"},
        )

    def _work(self) -> ExecutionWork:
        return ExecutionWork(self._pool, self._lower)

    def _topic_work(self) -> TopicWork:
        return TopicWork(self._pool)

    def _consumption(self, group: str, topics: Sequence[str], make_app: Any) -> Consumption:
        settings = self._settings
        return Consumption(
            bootstrap=settings.kafka,
            group=settings.topic_prefix + group,
            topics=topics,
            make_app=make_app,
            url=settings.url,
            schema=SCHEMA,
        )

    def _app(self, group: str, member: str) -> Any:
        return app.messages_app(
            group,
            member,
            bootstrap=self._settings.kafka,
            state_dir=self._settings.state_dir,
            due_topic=self.due_topic,
            accept_due=self.accept_due,
            commands_topic=self._commands_topic,
            accept_command=self.accept_command,
        )

    def _reader(self, group: str, member: str) -> BatchReader:
        return BatchReader(
            group,
            member,
            bootstrap=self._settings.kafka,
            topics=[self._records_topic],
            begin=partial(begin_partition, open_work=self._topic_work),
            take=partial(take_batch, open_work=self._topic_work),
        )


def _workflows(connection: Connection, metadata: Mapping[str, Any]) -> WorkflowWork:
    return WorkflowWork(connection, zone=held_zone, definitions=_definitions, metadata=metadata)


async def _definitions(connection: Connection, object_type_id: str) -> Definitions:
    return await PostgresRecords(connection).definitions(object_type_id)
