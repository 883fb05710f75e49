"""What stands in the topic of commands: poison becomes a dead letter, and is neither carried out nor refused."""

from functools import partial
from typing import Final

import pytest

from executor_service.bootstrap.inbound import Inbound
from executor_service.execution.actions import Catalogue
from executor_service.execution.store import Lower
from executor_service.records.store import PostgresRecords
from executor_service.settings import Settings
from executor_service.workflows.store import PostgresWorkflows, RevisionCache
from shared.contracts import COMMANDS
from shared.kafka import RawMessage
from tests.conftest import Database
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.poison import Form, dead_letters_of, with_ids

ENROLL: Final = Form(COMMANDS, "workflows.command.enroll.v1", {"workflowId": "1", "recordIds": ["1"]})
TURN_OFF: Final = Form(COMMANDS, "workflows.command.turn-off.v1", {"workflowId": "1"})


def _records() -> dict[str, tuple[RawMessage, str]]:
    of = ENROLL.with_data
    wrong = {
        "no records": of(recordIds=[]),
        "records that are no list": of(recordIds="1"),
        "a record that is a number": of(recordIds=[1]),
        "a record that cannot be": of(recordIds=["01"]),
        "null for a record": of(recordIds=[None]),
        "null for records": of(recordIds=None),
        "records that are lists": of(recordIds=[["1"]]),
    }
    return {kind: (message, "INVALID") for kind, message in wrong.items()}


_POISON: Final = {
    **{f"enroll, {kind}": case for kind, case in {**ENROLL.unreadable(), **with_ids(ENROLL), **_records()}.items()},
    **{f"off, {kind}": case for kind, case in with_ids(TURN_OFF).items()},
}


@pytest.fixture(scope="module")
def inbound(world: World, shared_database: Database) -> Inbound:
    """The topics of an executor that never runs: its messages are handed to it."""
    lower = Lower(workflows=partial(PostgresWorkflows, cache=RevisionCache()), records=PostgresRecords)
    settings = Settings(database_url=shared_database.url, kafka="127.0.0.1:1")
    return Inbound(settings, world.pool, lower=lower, catalogue=Catalogue())


@pytest.mark.parametrize("kind", _POISON)
async def test_poison_is_one_dead_letter_with_its_reason(world: World, inbound: Inbound, kind: str) -> None:
    message, reason = _POISON[kind]
    async with world.writes_nothing():
        await inbound.accept_command(message)
        await inbound.accept_command(message)
    (letter,) = await dead_letters_of(world.pool, message)
    assert (letter["reason"], letter["state"]) == (reason, "OPEN")
    assert (letter["value"], letter["key"]) == (message.value, message.key)
    assert await world.pool.fetchval("SELECT count(*) FROM commands_taken") == 0
