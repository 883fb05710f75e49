"""What is read from the topic of due events."""

from pydantic import TypeAdapter

from shared.contracts import DueMessage
from shared.kafka import decode_as

_ADAPTER: TypeAdapter[DueMessage] = TypeAdapter(DueMessage)

read_due = decode_as(_ADAPTER)
