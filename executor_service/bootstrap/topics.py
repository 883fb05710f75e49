"""What is read from the topics that come one message at a time."""

from pydantic import TypeAdapter

from shared.contracts import DueMessage
from shared.inbound import AnyCommand, Command
from shared.kafka import decode_as

_DUE: TypeAdapter[DueMessage] = TypeAdapter(DueMessage)
_COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(Command)

read_due = decode_as(_DUE)
read_command = decode_as(_COMMANDS)
