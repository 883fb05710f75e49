"""Looking a service's surroundings over: what is there, what is wrong with it, and the settings the speed rests on.

Nothing is changed. What cannot be looked at is a finding too, so that one server that is away hides nothing else.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.contracts import Topic
from shared.kafka import BrokerAwayError
from shared.kafka.topics import open_broker
from shared.logs import described
from shared.postgres import DRIVER_ERRORS, Connection
from shared.postgres.fitness import Schemas, UnfitServerError, open_known, settings_of, troubles

SETTINGS: Final = (
    "server_version",
    "shared_buffers",
    "max_wal_size",
    "wal_compression",
    "jit",
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "max_connections",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `told` is what was found, or what is wrong."""

    what: str
    is_right: bool
    told: str

    @property
    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {"what": self.what, "isRight": self.is_right, "told": self.told}


async def look_over(
    *, service: str, url: str, schemas: Schemas, bootstrap: str, topics: Sequence[Topic]
) -> list[Finding]:
    """Look at a service's database and topics."""
    return [*await _database(service, url, schemas), *await _topics(service, bootstrap, topics)]


async def _database(service: str, url: str, schemas: Schemas) -> list[Finding]:
    what = f"{service}: PostgreSQL"
    try:
        connection = await open_known(url, schema=", ".join(schemas))
    except UnfitServerError as error:
        return [Finding(what, is_right=False, told=str(error))]
    except DRIVER_ERRORS as error:
        return [Finding(what, is_right=False, told=f"cannot be reached: {described(error)}")]
    try:
        return [finding async for finding in _server(what, connection, schemas)]
    finally:
        await connection.close()


async def _server(what: str, connection: Connection, schemas: Schemas) -> AsyncIterator[Finding]:
    found = await troubles(connection, schemas=schemas)
    for trouble in found:
        yield Finding(what, is_right=False, told=trouble)
    if not found:
        yield Finding(what, is_right=True, told=f"{', '.join(schemas)} at head")
    for name, value in (await settings_of(connection, SETTINGS)).items():
        is_right = not (name == "synchronous_commit" and value == "off")
        told = value if is_right else f"{value}: a crash loses what was acknowledged"
        yield Finding(f"{what}, {name}", is_right=is_right, told=told)


async def _topics(service: str, bootstrap: str, topics: Iterable[Topic]) -> list[Finding]:
    what = f"{service}: Kafka"
    try:
        async with open_broker(bootstrap) as broker:
            cluster, there = await broker.cluster_id(), set(await broker.topics())
    except BrokerAwayError as error:
        return [Finding(what, is_right=False, told=f"{bootstrap} cannot be reached: {described(error)}")]
    missing = sorted({topic.name for topic in topics} - there)
    if missing:
        return [Finding(what, is_right=False, told=f"not declared: {', '.join(missing)}; run `workflows migrate`")]
    return [Finding(what, is_right=True, told=f"cluster {cluster}, every topic is declared")]
