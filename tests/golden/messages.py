"""The golden messages: of each type one, as Kafka gets it, made of the golden logs."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from executor_service.events import ActionDone, ClaimedCohort, Group, to_new_event
from executor_service.history.messages import history_messages
from executor_service.workflows.messages import lifecycle_messages
from scheduler_service.messages import due_messages
from shared.cloud_events import Message, unfold
from shared.contracts import COMMANDS, DUE, LOG, RECORDS
from shared.event_store import RecordedEvent
from shared.relay.log_feed import log_messages
from tests.golden.logs import read_log

_FILE: Final = Path(__file__).parent / "messages.json"
_FORM: Final = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
_AT: Final = datetime(2026, 11, 27, 7, tzinfo=UTC)

GIVEN: Final[dict[str, dict[str, Any]]] = {
    f"{COMMANDS}/workflows.command.enroll.v1": {"workflowId": "7", "recordIds": ["12", "13"]},
    f"{COMMANDS}/workflows.command.unenroll.v1": {"workflowId": "7", "recordIds": ["12"]},
    f"{COMMANDS}/workflows.command.run.v1": {"workflowId": "7"},
    f"{COMMANDS}/workflows.command.turn-on.v1": {"workflowId": "7"},
    f"{COMMANDS}/workflows.command.turn-off.v1": {"workflowId": "7"},
    f"{RECORDS}/crm.record.upserted.v1": {
        "objectTypeId": "0-1",
        "idProperty": "email",
        "idValue": "ada@example.com",
        "properties": {"firstname": "Ada", "annualrevenue": 12.5, "lastname": None},
    },
    f"{RECORDS}/crm.record.archived.v1": {"objectTypeId": "0-1", "id": "12"},
}
"""The data of messages that others send, by topic and type."""


def made_messages() -> dict[str, dict[str, Any]]:
    """Return the first message of each topic and type that the golden logs give, in words."""
    made: dict[str, dict[str, Any]] = {}
    for message in unfold(_all()):
        made.setdefault(f"{message.topic}/{dict(message.headers)['ce_type'].decode()}", _in_words(message))
    return made


def read_messages() -> dict[str, dict[str, Any]]:
    """Read the golden messages."""
    messages: dict[str, dict[str, Any]] = orjson.loads(_FILE.read_bytes())
    return messages


def write_messages(messages: dict[str, dict[str, Any]]) -> None:
    """Write the golden messages."""
    _FILE.write_bytes(orjson.dumps(messages, option=_FORM))


def _all() -> Iterator[Any]:
    for recorded in read_log("executor"):
        yield from lifecycle_messages(recorded)
        yield from history_messages(recorded)
        yield from log_messages(recorded, topic=LOG, service="executor")
    for recorded in read_log("scheduler"):
        yield from due_messages(recorded, topic=DUE)
    yield from history_messages(_rescheduled())


def _rescheduled() -> RecordedEvent:
    """Return an event that no action brings about yet: one is tried again later."""
    waiting = Group(outcome="WAITING", reason="TIME_WINDOW", until=_AT, next="1", count=1)
    event = ActionDone(
        workflow_id="7",
        revision_id="1",
        object_type_id="0-1",
        action_id="1",
        action_type_id="0-5",
        cohorts=(ClaimedCohort(occurrence_id=UUID(int=1), size=1),),
        groups=(waiting,),
    )
    new = to_new_event(event, [12])
    metadata = {"eventId": str(UUID(int=2))}
    return RecordedEvent(1, "claim-x", 1, new.type, new.data, new.record_ids, metadata, _AT)


def _in_words(message: Message) -> dict[str, Any]:
    headers: Iterable[tuple[str, bytes]] = message.headers
    return {
        "key": message.key.decode(),
        "headers": {name: content.decode() for name, content in headers},
        "value": message.value.decode(),
    }
